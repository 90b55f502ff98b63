"""What the reconciler does about a task, by all that is known of it."""

import pytest

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Succeeded
from activity_dispatch.domain.tasks import OutcomeName, TaskRecord, TaskState
from activity_dispatch.reconcile.next_step import Patience, Seen, Step, next_step

NOW = 1_000_000.0
STARTED, SETTLED = TaskState.STARTED, TaskState.SETTLED
SUCCEEDED, CANCELLED = OutcomeName.SUCCEEDED, OutcomeName.CANCELLED
QUEUED, RUNNING, ENDED = JobState.QUEUED, JobState.RUNNING, JobState.ENDED


CANCELLED_FUNCTION = {"state": SETTLED, "outcome": CANCELLED, "job": None, "max_job_seconds": 900}


def step(
    *,
    state: TaskState = STARTED,
    age: float = 60,
    job: JobState | None = RUNNING,
    job_id: str | None = "job-1",
    claimed: float | None = None,
    outcome: OutcomeName | None = None,
    ends_in: float | None = None,
    settled: float | None = None,
    max_queue_seconds: int | None = 300,
    max_job_seconds: int | None = None,
) -> Step:
    """`age`, `claimed` and `settled` are seconds ago; the claimant ends in `ends_in` seconds."""
    record = TaskRecord(
        task_id="t",
        activity_arn="arn",
        backend="fake",
        state=state,
        heartbeat_seconds=180,
        poll_id="poll",
        token="token",
        starting_at=NOW - age,
        started_at=None if state is TaskState.STARTING else NOW - age,
        job_id=job_id,
        claimed_at=None if claimed is None else NOW - claimed,
        claimed_until=None if ends_in is None else NOW + ends_in,
        claimed_by=None if claimed is None else "somebody",
        outcome=outcome,
        settled_at=None if settled is None else NOW - settled,
    )
    activity = Activity(
        arn="arn",
        name="a",
        backend="fake",
        config={},
        heartbeat_seconds=180,
        timeout_seconds=3600,
        max_queue_seconds=max_queue_seconds,
    )
    outcome_of_job = Succeeded(output="{}") if job is ENDED else None
    diagnosis = None
    if job is not None:
        diagnosis = Diagnosis(task_id="t", job_id=JobId("job-1"), state=job, outcome=outcome_of_job)
    seen = Seen(
        record=record,
        activity=activity,
        job=diagnosis,
        max_job_seconds=max_job_seconds,
        now=NOW,
        patience=Patience(),
    )
    return next_step(seen)


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        # A start that may be under way, and one that was interrupted.
        ({"state": TaskState.STARTING, "job": None, "job_id": None, "age": 170}, Step.BEAT),
        ({"state": TaskState.STARTING, "job": None, "job_id": None, "age": 190}, Step.START),
        # Jobs under way: who has claimed the task beats for it.
        ({"job": QUEUED}, Step.BEAT),
        ({"job": QUEUED, "age": 301}, Step.QUEUE_TIMEOUT),
        ({"job": QUEUED, "age": 301, "max_queue_seconds": None}, Step.BEAT),
        ({"job": QUEUED, "age": 301, "claimed": 100}, Step.LEAVE),
        ({"job": RUNNING}, Step.BEAT),
        ({"job": RUNNING, "age": 1000}, Step.BEAT),
        ({"job": RUNNING, "claimed": 10}, Step.LEAVE),
        ({"job": RUNNING, "claimed": 10, "age": 3700}, Step.BEAT),
        # An end that nobody told.
        ({"job": ENDED}, Step.SETTLE),
        ({"job": ENDED, "claimed": 10}, Step.SETTLE),
        # Jobs that their service does not know: not yet, or not any more.
        ({"job": None, "age": 500}, Step.BEAT),
        ({"job": None, "age": 500, "claimed": 100}, Step.LEAVE),
        ({"job": None, "age": 601}, Step.LOST),
        # A service that never tells of jobs under way.
        ({"job": None, "max_job_seconds": 900, "age": 350}, Step.BEAT),
        ({"job": None, "max_job_seconds": 900, "age": 370}, Step.QUEUE_TIMEOUT),
        ({"job": None, "max_job_seconds": 900, "age": 3000, "max_queue_seconds": None}, Step.BEAT),
        ({"job": None, "max_job_seconds": 900, "age": 2000, "claimed": 950}, Step.LEAVE),
        ({"job": None, "max_job_seconds": 900, "age": 2000, "claimed": 970}, Step.LOST),
        ({"job": None, "max_job_seconds": 900, "age": 99, "claimed": 90, "ends_in": -50}, Step.LEAVE),
        ({"job": None, "max_job_seconds": 900, "age": 99, "claimed": 90, "ends_in": -70}, Step.LOST),
        # Settled: the job is to end, and then the task is closed.
        ({"state": SETTLED, "outcome": SUCCEEDED, "settled": 5, "job": RUNNING}, Step.LEAVE),
        ({"state": SETTLED, "outcome": SUCCEEDED, "settled": 61, "job": RUNNING}, Step.STOP),
        ({"state": SETTLED, "outcome": CANCELLED, "settled": 1, "job": RUNNING}, Step.STOP),
        ({"state": SETTLED, "outcome": CANCELLED, "settled": 1, "job": QUEUED}, Step.STOP),
        ({"state": SETTLED, "outcome": SUCCEEDED, "settled": 5, "job": ENDED}, Step.CLOSE),
        ({"state": SETTLED, "outcome": SUCCEEDED, "settled": 5, "job": None}, Step.LEAVE),
        ({"state": SETTLED, "outcome": SUCCEEDED, "settled": 5, "job": None, "age": 700}, Step.CLOSE),
        ({"state": SETTLED, "outcome": CANCELLED, "settled": 5, "job": None, "job_id": None}, Step.LEAVE),
        (
            {"state": SETTLED, "outcome": CANCELLED, "settled": 5, "job": None, "job_id": None, "age": 200},
            Step.CLOSE,
        ),
        # A function's: an invocation that comes after the end leaves the task alone.
        ({**CANCELLED_FUNCTION, "settled": 1}, Step.CLOSE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 950}, Step.LEAVE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 970}, Step.CLOSE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 970, "ends_in": -50}, Step.LEAVE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 90, "ends_in": -70}, Step.CLOSE),
    ],
)
def test_the_step_is(case: dict, wanted: Step) -> None:
    assert step(**case) is wanted
