"""Settings are read once, and all their problems are reported together."""

import pytest

from activity_dispatch.runtime.settings import InvalidSettings, Settings

GOOD = {"TASK_TABLE": "tasks", "PAYLOAD_BUCKET": "payloads"}


def test_optional_settings_have_defaults() -> None:
    settings = Settings.from_environment(GOOD)
    assert settings == Settings(task_table="tasks", payload_bucket="payloads", task_retention_days=7)


def test_all_problems_are_reported_together() -> None:
    with pytest.raises(InvalidSettings) as caught:
        Settings.from_environment(
            {"TASK_RETENTION_DAYS": "none", "LOG_LEVEL": "LOUD"}, also_required=("DISPATCH_QUEUE_URL",)
        )
    assert str(caught.value) == (
        "TASK_TABLE: not set; PAYLOAD_BUCKET: not set; DISPATCH_QUEUE_URL: not set; "
        "TASK_RETENTION_DAYS: 'none'; allowed are 1 to 365; "
        "LOG_LEVEL: 'LOUD'; allowed are DEBUG, INFO, WARNING, ERROR"
    )


@pytest.mark.parametrize("days", ["0", "366", "-1", "1.5", ""])
def test_a_retention_out_of_range_is_rejected(days: str) -> None:
    with pytest.raises(InvalidSettings, match="TASK_RETENTION_DAYS"):
        Settings.from_environment({**GOOD, "TASK_RETENTION_DAYS": days})


def test_what_a_stack_shares_is_a_list() -> None:
    shared = Settings.from_environment({**GOOD, "STACK_NAME": "studio", "SHARED_NAMES": "studio,studio-old*"})
    assert (shared.stack_name, shared.shared_names) == ("studio", ("studio", "studio-old*"))
    assert Settings.from_environment({**GOOD, "SHARED_NAMES": ""}).shared_names == ()
