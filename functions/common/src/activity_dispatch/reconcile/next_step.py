"""What the reconciler does about an open task: a pure function of what is known about it."""

from dataclasses import dataclass
from enum import Enum, auto

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.claims import LEAVING
from activity_dispatch.domain.jobs import Diagnosis, JobState
from activity_dispatch.domain.tasks import OutcomeName, TaskRecord, TaskState


class Step(Enum):
    """One step for one task."""

    LEAVE = auto()  # all is well, or another role handles it
    BEAT = auto()  # tell Step Functions that the job is alive, or learn that nobody waits for it
    START = auto()  # the start was interrupted: start again
    ASK = auto()  # the request for the next attempt may be lost: send it again
    SETTLE = auto()  # the job has ended, and nobody reported the outcome
    QUEUE_TIMEOUT = auto()  # the job has been queued for too long
    LOST = auto()  # the backend no longer knows the job
    STOP = auto()  # the task is settled, but its job still runs
    CLOSE = auto()  # the task is settled and its job has ended


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait for what may still happen, in seconds."""

    # A start that began longer ago has ended: a poll takes 70 s, and what comes before and after it is
    # limited (`dispatch.taker`, `aws.clients`).
    start: float = 180.0
    # A request for a task's next attempt is handled at once, unless the queue is full.
    request: float = 50.0
    # A service may not describe a job right after its start.
    unknown: float = 600.0
    # Lambda keeps an asynchronous invocation in its queue for at most 6 h.
    queue: float = 21_600.0
    # A worker that has settled its task ends on its own.
    after_settling: float = 60.0
    # Clocks differ, and Step Functions' timeout starts when it hands out the task.
    clocks: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known about a task when it is checked.

    `activity` is None if nothing describes it. `job` is the backend's description, None if it knows no
    such job of this task; `could_be_described` is False if the backend could not be asked, so that nothing
    is known of the job. Where the backend describes no jobs, `max_job_seconds` is the longest time that
    one can run. `now` is in seconds since 1970.
    """

    record: TaskRecord
    activity: Activity | None
    job: Diagnosis | None
    describes_jobs: bool
    max_job_seconds: int | None
    now: float
    patience: Patience
    could_be_described: bool = True

    @property
    def served(self) -> Activity:
        """The activity. Raises ValueError if nothing describes it: then there is only Step.BEAT."""
        if self.activity is None:
            raise ValueError(f"task {self.record.task_id}: nothing describes {self.record.activity_arn}")
        return self.activity


def next_step(seen: Seen) -> Step:
    """Return the step to take now."""
    if not seen.could_be_described or seen.activity is None:
        return _of_undescribed(seen.record)
    if seen.record.state is TaskState.SETTLED:
        return _of_settled(seen)
    if seen.record.state is TaskState.WAITING:
        return Step.BEAT
    if seen.record.state is TaskState.STARTING and not _runs_unseen(seen):
        return _of_starting(seen)
    if seen.job is None:
        return _of_unknown(seen, seen.activity)
    return _of_known(seen, seen.job, seen.activity)


def _of_undescribed(record: TaskRecord) -> Step:
    """Return the step for a task of whose job nothing is known: the job may run, and ends by itself."""
    if record.state is not TaskState.SETTLED:
        return Step.BEAT
    return Step.CLOSE if record.is_parked else Step.LEAVE


def _of_known(seen: Seen, job: Diagnosis, activity: Activity) -> Step:
    if job.state is JobState.ENDED:
        return Step.SETTLE
    if job.state is JobState.QUEUED:
        # Even if it is claimed: an attempt that went back to the queue has no worker now.
        too_long = _queued_too_long(seen, activity.max_queue_seconds)
        return Step.QUEUE_TIMEOUT if too_long else Step.BEAT
    # One that is left may have got its turn while it was being stopped.
    return Step.QUEUE_TIMEOUT if _is_left(seen.record) else _beat_unless_claimed(seen, activity)


def _of_starting(seen: Seen) -> Step:
    record, since = seen.record, seen.now - seen.record.starting_at
    if since > seen.patience.start:
        return Step.START
    is_asked_for = record.attempt > 1 and not record.is_begun
    return Step.ASK if is_asked_for and since > seen.patience.request else Step.BEAT


def _is_left(record: TaskRecord) -> bool:
    """Return whether its job waited too long for its turn, and is being stopped for the next attempt."""
    return record.claimed_by == LEAVING


def _runs_unseen(seen: Seen) -> bool:
    # The start was not recorded, but an invocation has claimed the task: another would find it claimed.
    return not seen.describes_jobs and seen.record.claimed_by is not None


def _of_settled(seen: Seen) -> Step:
    record, since = seen.record, seen.now - (seen.record.settled_at or 0.0)
    if record.is_parked or record.job_of is not None:
        # It was never started, and settled tasks can't be; or its job is another task's, and goes on.
        return Step.CLOSE
    if not seen.describes_jobs:
        # An invocation that has not claimed the task by now never will.
        is_over = record.has_ended or record.claimed_by is None or seen.now > _last_moment(seen)
        return Step.CLOSE if is_over else Step.LEAVE
    if seen.job is None:
        started = record.started_at or record.starting_at
        patience = seen.patience.start if record.job_id is None else seen.patience.unknown
        return Step.CLOSE if seen.now - started > patience else Step.LEAVE
    if seen.job.state is JobState.ENDED:
        return Step.CLOSE
    # A warm worker says how long it may run on; one that hangs says no more.
    lingers = record.claimed_until is not None and seen.now <= record.claimed_until
    is_ending = lingers or since <= seen.patience.after_settling
    return Step.LEAVE if is_ending and record.outcome is not OutcomeName.CANCELLED else Step.STOP


def _of_unknown(seen: Seen, activity: Activity) -> Step:
    record, patience = seen.record, seen.patience
    if seen.describes_jobs:
        started = record.started_at or record.starting_at
        is_lost = seen.now - started > patience.unknown
        return Step.LOST if is_lost else _beat_unless_claimed(seen, activity)
    if record.claimed_at is not None:
        is_over = seen.now > _last_moment(seen)
        return Step.LOST if is_over else _beat_unless_claimed(seen, activity)
    # Not claimed: it waits in the service's queue, whose own limit takes effect first.
    limit = activity.max_queue_seconds
    if limit is not None and _queued_too_long(seen, limit + patience.clocks):
        return Step.QUEUE_TIMEOUT
    # It may have left the queue, and ended because it could not claim the task.
    return Step.LOST if _queued_too_long(seen, patience.queue + patience.clocks) else Step.BEAT


def _last_moment(seen: Seen) -> float:
    """Return the time until which the claimant may still work, in seconds since 1970."""
    record, longest = seen.record, seen.max_job_seconds or 0
    until = record.claimed_until or (record.claimed_at or record.starting_at) + longest
    return until + seen.patience.clocks


def _queued_too_long(seen: Seen, limit: float | None) -> bool:
    # A claimed job has run before: it is queued for its next attempt.
    if limit is None or not (seen.record.claimed_by is None or _is_left(seen.record)):
        return False
    return seen.now - (seen.record.started_at or seen.record.starting_at) > limit


def _beat_unless_claimed(seen: Seen, activity: Activity) -> Step:
    # The claimant sends the heartbeats; ours must not hide that they have stopped. After the state's
    # timeout nobody waits, which a heartbeat reveals.
    expired = seen.now - seen.record.starting_at > activity.timeout_seconds + seen.patience.clocks
    has_worker = seen.record.claimed_by is not None and not _is_left(seen.record)
    return Step.LEAVE if has_worker and not expired else Step.BEAT
