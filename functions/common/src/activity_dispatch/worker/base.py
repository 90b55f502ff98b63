"""What the worker of a command and that of a function have in common."""

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from activity_dispatch.composition import Runtime
from activity_dispatch.settling import Settler
from activity_dispatch.task_table import TaskTable
from activity_dispatch.worker.assignment import Assignment, NotOurs, take
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.files import TaskFiles
from activity_dispatch.worker.identity import claimant_of
from activity_dispatch.worker.report import Reporter
from activity_dispatch.worker.settings import WorkerSettings
from activity_dispatch.worker.stopping import Stopper
from activity_dispatch.worker.watch import watching

LOG = logging.getLogger(__name__)
# The job's heartbeats, its progress and its outcome.
THREADS = 3


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a worker.

    `settler` is asked for once the job runs: making its client would keep the job waiting.
    """

    settings: WorkerSettings
    environment: Mapping[str, str]
    claimant: str
    tasks: TaskTable
    settler: Callable[[], Settler]
    stopper: Stopper

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Parts":
        """Make the parts; raises InvalidSettings with all problems of the environment."""
        settings = WorkerSettings.from_environment(environment)
        runtime = Runtime.from_environment(environment, threads=THREADS)
        return cls(
            settings=settings,
            environment=environment,
            claimant=claimant_of(environment),
            tasks=runtime.tasks,
            settler=lambda: runtime.settler,
            stopper=Stopper(settings.grace_seconds),
        )

    def take(self) -> Assignment | Exit:
        """Claim the task, or say how to exit because there is nothing to do."""
        taken = take(self.tasks, self.settings.task_id, self.claimant)
        if isinstance(taken, NotOurs):
            LOG.warning("nothing to do for task %s: %s", self.settings.task_id, taken.reason)
            return taken.exit_code
        return taken

    def watching(self, assignment: Assignment, files: TaskFiles) -> AbstractContextManager[None]:
        """Heartbeats, time limit and progress for as long as the block runs."""
        return watching(
            assignment,
            self.stopper,
            callbacks=self.settler().callbacks,
            tasks=self.tasks,
            progress=files.progress,
            timeout_seconds=self.settings.timeout_seconds,
        )

    def reporter(self) -> Reporter:
        """What reports the job's outcome."""
        return Reporter(settler=self.settler(), log_url=lambda: _log_url(self.environment))


def _log_url(environment: Mapping[str, str]) -> str | None:
    # Only a failure needs it, and its imports take time.
    from activity_dispatch.worker.log_link import log_url_of

    return log_url_of(environment)
