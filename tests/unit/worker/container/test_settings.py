"""The worker's settings."""

import pytest

from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.worker.container.settings import WorkerSettings

ENVIRONMENT = {"TASK_ID": "0a" * 16, "TASK_TABLE": "tasks", "PAYLOAD_BUCKET": "payloads"}


def test_settings_are_read_from_the_environment() -> None:
    changed = {"TASK_GRACE_SECONDS": "0", "TASK_TIMEOUT_SECONDS": "60", "TASK_STDOUT": "log"}
    assert WorkerSettings.from_environment(ENVIRONMENT | changed) == WorkerSettings(
        task_id="0a" * 16, grace_seconds=0, timeout_seconds=60, stdout_is_output=False
    )
    assert WorkerSettings.from_environment(ENVIRONMENT).grace_seconds < 30


def test_all_invalid_settings_are_reported_together() -> None:
    wrong = {
        "TASK_ID": "../x",
        "TASK_GRACE_SECONDS": "-1",
        "TASK_TIMEOUT_SECONDS": "0",
        "TASK_STDOUT": "no",
        "LOG_LEVEL": "x",
    }
    with pytest.raises(InvalidSettings) as raised:
        WorkerSettings.from_environment(wrong)
    for name in (*wrong, "TASK_TABLE", "PAYLOAD_BUCKET"):
        assert name in str(raised.value)
