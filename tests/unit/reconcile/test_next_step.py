"""The reconciler's next step for a task, from everything that is known about it."""

from dataclasses import dataclass, replace

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
ACTIVITY = Activity(
    arn="arn", name="a", backend="fake", config={}, heartbeat_seconds=180, timeout_seconds=3600
)
CANCELLED_FUNCTION = {"state": SETTLED, "outcome": CANCELLED, "job": None, "max_job_seconds": 900}

UNSEEN = {"could_be_described": False, "job": None}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A task. `age`, `claimed` and `settled` are seconds ago; the claimant ends in `ends_in` seconds."""

    state: TaskState = STARTED
    age: float = 60
    job: JobState | None = RUNNING
    job_id: str | None = "job-1"
    claimed: float | None = None
    outcome: OutcomeName | None = None
    ends_in: float | None = None
    settled: float | None = None
    max_queue_seconds: int | None = 300
    max_job_seconds: int | None = None
    could_be_described: bool = True
    has_activity: bool = True

    def record(self) -> TaskRecord:
        return TaskRecord(
            task_id="t",
            activity_arn="arn",
            backend="fake",
            state=self.state,
            heartbeat_seconds=180,
            poll_id="poll",
            token="token",
            starting_at=NOW - self.age,
            started_at=None if self.state is TaskState.STARTING else NOW - self.age,
            job_id=self.job_id,
            claimed_at=None if self.claimed is None else NOW - self.claimed,
            claimed_until=None if self.ends_in is None else NOW + self.ends_in,
            claimed_by=None if self.claimed is None else "somebody",
            outcome=self.outcome,
            settled_at=None if self.settled is None else NOW - self.settled,
        )

    def diagnosis(self) -> Diagnosis | None:
        if self.job is None:
            return None
        outcome = Succeeded(output="{}") if self.job is ENDED else None
        return Diagnosis(task_id="t", job_id=JobId("job-1"), state=self.job, outcome=outcome)

    def step(self) -> Step:
        seen = Seen(
            record=self.record(),
            activity=(
                replace(ACTIVITY, max_queue_seconds=self.max_queue_seconds) if self.has_activity else None
            ),
            could_be_described=self.could_be_described,
            job=self.diagnosis(),
            describes_jobs=self.max_job_seconds is None,
            max_job_seconds=self.max_job_seconds,
            now=NOW,
            patience=Patience(),
        )
        return next_step(seen)


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        # A start that may still be in progress, and one that was interrupted.
        ({"state": TaskState.STARTING, "job": None, "job_id": None, "age": 170}, Step.BEAT),
        ({"state": TaskState.STARTING, "job": None, "job_id": None, "age": 190}, Step.START),
        # Unfinished jobs: a claimant sends its own heartbeats.
        ({"job": QUEUED}, Step.BEAT),
        ({"job": QUEUED, "age": 301}, Step.QUEUE_TIMEOUT),
        ({"job": QUEUED, "age": 301, "max_queue_seconds": None}, Step.BEAT),
        # An attempt that went back to the queue: its claimant is gone.
        ({"job": QUEUED, "age": 301, "claimed": 100}, Step.BEAT),
        ({"job": RUNNING}, Step.BEAT),
        ({"job": RUNNING, "age": 1000}, Step.BEAT),
        ({"job": RUNNING, "claimed": 10}, Step.LEAVE),
        ({"job": RUNNING, "claimed": 10, "age": 3700}, Step.BEAT),
        # An end that nobody reported.
        ({"job": ENDED}, Step.SETTLE),
        ({"job": ENDED, "claimed": 10}, Step.SETTLE),
        # Jobs that their service does not know yet, or no longer knows.
        ({"job": None, "age": 500}, Step.BEAT),
        ({"job": None, "age": 500, "claimed": 100}, Step.LEAVE),
        ({"job": None, "age": 601}, Step.LOST),
        # A service that never describes unfinished jobs.
        ({"job": None, "max_job_seconds": 900, "age": 350}, Step.BEAT),
        ({"job": None, "max_job_seconds": 900, "age": 370}, Step.QUEUE_TIMEOUT),
        ({"job": None, "max_job_seconds": 900, "age": 3000, "max_queue_seconds": None}, Step.BEAT),
        ({"job": None, "max_job_seconds": 900, "age": 2000, "claimed": 950}, Step.LEAVE),
        ({"job": None, "max_job_seconds": 900, "age": 2000, "claimed": 970}, Step.LOST),
        ({"job": None, "max_job_seconds": 900, "age": 99, "claimed": 90, "ends_in": -50}, Step.LEAVE),
        ({"job": None, "max_job_seconds": 900, "age": 99, "claimed": 90, "ends_in": -70}, Step.LOST),
        # Settled tasks: the job has to end, then the task is closed.
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
        # Jobs that could not be described, and tasks of activities that are gone.
        ({**UNSEEN, "age": 50}, Step.BEAT),
        ({**UNSEEN, "age": 5000}, Step.BEAT),
        ({**UNSEEN, "claimed": 10}, Step.BEAT),
        ({**UNSEEN, "state": TaskState.STARTING, "job_id": None, "age": 5000}, Step.BEAT),
        ({**UNSEEN, "state": SETTLED, "outcome": CANCELLED, "settled": 5000}, Step.LEAVE),
        ({"has_activity": False, "job": QUEUED, "age": 5000}, Step.BEAT),
        ({"has_activity": False, "job": None, "age": 5000, "claimed": 10}, Step.BEAT),
        # A function's tasks: an invocation that comes too late leaves the task alone.
        ({**CANCELLED_FUNCTION, "settled": 1}, Step.CLOSE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 950}, Step.LEAVE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 970}, Step.CLOSE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 970, "ends_in": -50}, Step.LEAVE),
        ({**CANCELLED_FUNCTION, "settled": 1, "claimed": 90, "ends_in": -70}, Step.CLOSE),
    ],
)
def test_the_next_step_follows_from_what_is_known(case: dict, wanted: Step) -> None:
    assert Case(**case).step() is wanted
