"""What the command worker and the function worker share."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.store.task_table import TaskTable
from activity_dispatch.store.warm_jobs import WarmJobs
from activity_dispatch.worker.assignment import Assignment, NotOurs, Taken, take
from activity_dispatch.worker.container.files import TaskFiles
from activity_dispatch.worker.container.identity import claimant_of
from activity_dispatch.worker.container.settings import WorkerSettings
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.container.watch import watching
from activity_dispatch.worker.delivery import Delivery
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from activity_dispatch.worker.container.next_tasks import NextTasks

LOG = logging.getLogger(__name__)
# For the job's heartbeats, progress and outcome.
THREADS = 3


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a worker.

    `settler` is called only when the job runs: creating its client would delay the job's start.
    """

    settings: WorkerSettings
    environment: Mapping[str, str]
    claimant: str
    tasks: TaskTable
    settler: Callable[[], Settler]
    stopper: Stopper
    warm_jobs: WarmJobs
    polls: Callable[[], "SFNClient"]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Parts":
        """Create the parts. Raises InvalidSettings with every problem of the environment."""
        settings = WorkerSettings.from_environment(environment)
        runtime = Runtime.from_environment(environment, threads=THREADS)
        return cls(
            settings=settings,
            environment=environment,
            claimant=claimant_of(environment),
            tasks=runtime.tasks,
            settler=lambda: runtime.settler,
            stopper=Stopper(settings.grace_seconds),
            warm_jobs=runtime.warm_jobs,
            polls=lambda: runtime.clients.stepfunctions_poll,
        )

    def take(self) -> Taken | Exit:
        """Claim the task; return the exit code if there is nothing to do.

        Raises ClientError and BotoCoreError.
        """
        task_id, attempt = self.settings.task_id, self.settings.attempt
        taken = take(self.tasks, task_id, self.claimant, attempt=attempt)
        if isinstance(taken, NotOurs):
            LOG.warning("nothing to do for task %s: %s", self.settings.task_id, taken.reason)
            return taken.exit_code
        return taken

    def watching(
        self, assignment: Assignment, files: TaskFiles, is_gone: Callable[[], bool] | None = None
    ) -> AbstractContextManager[None]:
        """Return a context manager for heartbeats, time limit and progress."""
        return watching(
            assignment,
            self.stopper,
            answers=self.settler().answers,
            tasks=self.tasks,
            progress=files.progress,
            timeout_seconds=self.settings.timeout_seconds,
            is_gone=is_gone,
        )

    def next_tasks(self, first: Assignment) -> "NextTasks | None":
        """Return what takes the job's next tasks, None if the worker is not warm."""
        if self.settings.linger_seconds is None:
            return None
        # Imported here: only a warm worker needs it, after its first task.
        from activity_dispatch.worker.container.next_tasks import NextTasks

        return NextTasks(
            first=first,
            claimant=self.claimant,
            tasks=self.tasks,
            warm_jobs=self.warm_jobs,
            polls=self.polls(),
            settler=self.settler(),
            stopper=self.stopper,
            linger_seconds=self.settings.linger_seconds,
            max_tasks=self.settings.max_tasks,
        )

    def leaves(self, stop: StopReason | None) -> bool:
        """Return whether an interruption is left to the stack, which then starts the task's next attempt."""
        is_left = stop is StopReason.INTERRUPTED and self.settings.leaves_interruption
        if is_left:
            LOG.warning("task %s: this job was interrupted, another one follows", self.settings.task_id)
        return is_left

    def delivery(self) -> Delivery:
        """Compose what reports the job's outcome."""
        return Delivery(settler=self.settler(), log_url=lambda: _log_url(self.environment))


def _log_url(environment: Mapping[str, str]) -> str | None:
    # Imported here: only a failure needs it, and the import takes time.
    from activity_dispatch.worker.container.log_address import log_url_of

    return log_url_of(environment)
