"""When a job ended, from any service's event or description."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.backends.batch.events import diagnose_job as of_batch
from activity_dispatch.backends.ecs.events import diagnose_task as of_ecs
from activity_dispatch.backends.times import seconds_of

MOMENT = 1_700_000_000.0
TASK_ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2023-11-14T22:13:20Z", MOMENT),
        ("2023-11-14T22:13:20.000Z", MOMENT),
        ("2023-11-14T23:13:20+01:00", MOMENT),
        (datetime.fromtimestamp(MOMENT, UTC), MOMENT),
        (1_700_000_000_000, MOMENT),
        (1_700_000_000, MOMENT),
        ("1700000000000", MOMENT),
        (None, None),
        (True, None),
        (0, None),
        ("", None),
        ("yesterday", None),
        (float("nan"), None),
        (10**400, None),
        ("9" * 5_000, None),
        ({}, None),
    ],
)
def test_a_time_in_any_form(value: object, seconds: float | None) -> None:
    assert seconds_of(value) == seconds


@given(st.text() | st.integers() | st.floats() | st.datetimes())
def test_no_value_raises(value: object) -> None:
    assert seconds_of(value) is None or isinstance(seconds_of(value), float)


def test_a_job_has_ended_when_its_container_has() -> None:
    stopped = {"startedBy": TASK_ID, "taskArn": "arn", "lastStatus": "STOPPED"}
    times = {"executionStoppedAt": "2023-11-14T22:13:20Z", "stoppedAt": "2023-11-14T22:13:50Z"}
    diagnosis = of_ecs({**stopped, **times})
    assert diagnosis is not None
    assert diagnosis.ended_at == MOMENT
    diagnosis = of_ecs({**stopped, "stoppedAt": datetime.fromtimestamp(MOMENT, UTC)})
    assert diagnosis is not None
    assert diagnosis.ended_at == MOMENT
    job = {"jobName": f"task-{TASK_ID}", "jobId": "j", "status": "SUCCEEDED", "stoppedAt": 1_700_000_000_000}
    diagnosis = of_batch(job)
    assert diagnosis is not None
    assert diagnosis.ended_at == MOMENT
