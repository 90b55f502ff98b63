"""What goes on in the background while a job runs: heartbeats, its time limit, its progress."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.container.progress import ProgressWatch
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.heartbeats import Heartbeats
from activity_dispatch.worker.stop_reason import StopReason


@contextmanager
def watching(
    assignment: Assignment,
    stopper: Stopper,
    *,
    answers: TaskAnswers,
    tasks: TaskTable,
    progress: Path,
    timeout_seconds: float | None,
) -> Iterator[None]:
    """Beat at once and then on, record the progress, and stop the job when it is to end early.

    Heartbeats go on through the job's grace period: its outcome is still to come.
    """

    def gone(_reason: StopReason) -> None:
        stopper.stop(StopReason.TASK_GONE)

    beats = Heartbeats(
        answers=answers,
        token=assignment.token,
        heartbeat_seconds=assignment.heartbeat_seconds,
        stop=gone,
        at_once=True,
    )
    record = ProgressWatch(progress, lambda line: tasks.record_progress(assignment.task_id, line))
    with beats, record, _time_limit(stopper, timeout_seconds):
        yield


@contextmanager
def _time_limit(stopper: Stopper, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, stopper.stop, (StopReason.TIMED_OUT,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
