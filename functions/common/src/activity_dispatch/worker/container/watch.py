"""What runs in the background of a job: heartbeats, time limit, progress."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.container.files import last_line
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.heartbeats import Heartbeats
from activity_dispatch.worker.progress import ProgressWatch
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
    is_gone: Callable[[], bool] | None = None,
) -> Iterator[None]:
    """Send heartbeats, the first immediately, record the progress, and stop the job if it has to end early.

    Heartbeats continue during the job's grace period: its outcome is still to come. Nothing of this stops
    anything after the block: the next task may be running by then.
    """

    def gone(_reason: StopReason) -> None:
        stopper.stop(StopReason.TASK_GONE)

    beats = Heartbeats(
        answers=answers,
        token=assignment.token,
        heartbeat_seconds=assignment.heartbeat_seconds,
        stop=gone,
        is_cancelled=is_gone,
        immediately=True,
    )
    record = ProgressWatch(
        lambda: last_line(progress), lambda line: tasks.record_progress(assignment.task_id, line)
    )
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
        timer.join()
