"""Reports a job's outcome, with retries: losing it would waste the work."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code
from activity_dispatch.domain.outcomes import ErrorName, Failed, Outcome
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.exits import Exit

LOG = logging.getLogger(__name__)
SECONDS_TO_TRY = 60.0
LONGEST_PAUSE_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Settles a task, retrying for up to a minute, or less if the platform stops the container.

    `log_url` returns the console's address of the job's log; `clock` is monotonic, in seconds.
    """

    settler: Settler
    log_url: Callable[[], str | None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def cancel(self, assignment: Assignment, *, release: SlotRelease | None = None) -> Exit:
        """Record that nobody waits for the task any more; return the worker's exit code."""
        LOG.warning("nobody waits for task %s any more: its job was stopped", assignment.task_id)
        self.settler.cancel(assignment.task_id, release=release)
        return Exit.TERMINATED

    def deliver(
        self, assignment: Assignment, outcome: Outcome, *, release: SlotRelease | None = None
    ) -> Outcome | None:
        """Report the outcome; return what was reported, None if nothing could be, which is logged.

        An output that Step Functions refuses becomes a failure. `release` closes the task too: a function
        passes it, while a container's end is reported by its service.
        """
        if isinstance(outcome, Failed):
            outcome = self._with_url(outcome)
            LOG.warning("task %s: %s: %s", assignment.task_id, outcome.error, outcome.cause.message)
        deadline, pause = self.clock() + SECONDS_TO_TRY, 1.0
        while True:
            try:
                name = self.settler.settle(assignment.task_id, assignment.token, outcome, release=release)
            except (ClientError, BotoCoreError) as error:
                refused = isinstance(error, ClientError) and classify(error) is ErrorKind.REFUSED
                if refused and not isinstance(outcome, Failed):
                    outcome = self._with_url(_refused(assignment, error))
                elif refused or self.clock() + pause > deadline:
                    LOG.error("task %s: its outcome could not be reported: %s", assignment.task_id, error)
                    return None
                else:
                    LOG.warning("task %s: outcome not reported, retrying: %s", assignment.task_id, error)
                    self.sleep(random.uniform(0, pause))  # noqa: S311 (full jitter, not a secret)
                    pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                LOG.info("task %s settled: %s", assignment.task_id, name)
                return outcome

    def _with_url(self, failed: Failed) -> Failed:
        return replace(failed, cause=replace(failed.cause, log_url=self.log_url()))


def _refused(assignment: Assignment, error: ClientError | BotoCoreError) -> Failed:
    # Step Functions validates the output: JSON that it rejects is an invalid output.
    invalid = isinstance(error, ClientError) and error_code(error) == "InvalidOutput"
    name = ErrorName.JOB_INVALID_OUTPUT if invalid else ErrorName.JOB_FAILED
    return Failed(error=name, cause=assignment.cause(f"Step Functions refused the output: {error}"))
