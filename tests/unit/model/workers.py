"""A container's worker, which may do more than one task."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from botocore.exceptions import BotoCoreError, ClientError
from tests.unit.model.compute import ModelJob
from tests.unit.model.served import LINGER_SECONDS

from activity_dispatch.domain.claims import ecs_claimant
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.stepfunctions.answers import TaskGone
from activity_dispatch.worker.assignment import Assignment, NotOurs, Taken, take
from activity_dispatch.worker.container.next_tasks import NextTasks
from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.delivery import Delivery
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason

# Some, so that the limit is reached within a run.
MAX_TASKS_PER_JOB = 3
# The fake's polls return at once: so long does an empty one take, by the worker's own clock.
EMPTY_POLL_SECONDS = 15.0


class Work(Protocol):
    """A call of the user's program, during which anything else may happen."""

    def go_on(self) -> None:
        """Continue after a while."""


class Notes(Protocol):
    """Keeps what workers do."""

    def begin(self, job: ModelJob, task_id: str | None = None) -> None:
        """The job begins the user's work for a task, by default for the one that it was started for."""

    def end(self, job: ModelJob) -> None:
        """The user's work for the task has ended."""


@dataclass(kw_only=True)
class Worker:
    """Does as `CommandWorker`, with work that is no program. `clock` is the model's time."""

    job: ModelJob
    runtime: Runtime
    work: Work
    notes: Notes
    stopper: Stopper
    lingers: bool
    clock: Callable[[], float]
    _waited: float = field(default=0.0, init=False)

    def run(self) -> int:
        """Do the job's task, and those that follow; return the exit code."""
        taken: Taken | NotOurs | None = take(
            self.runtime.tasks, self.job.task_id, ecs_claimant(self.job.id), attempt=self.job.attempt
        )
        if isinstance(taken, NotOurs):
            return taken.exit_code
        assert taken is not None
        code, goes_on = self._do(taken)
        following = self._following(taken.assignment) if self.lingers else None
        while following is not None and goes_on and (taken := following.take()) is not None:
            code, goes_on = self._do(taken)
        return code

    def _following(self, first: Assignment) -> NextTasks:
        return NextTasks(
            first=first,
            claimant=ecs_claimant(self.job.id),
            tasks=self.runtime.tasks,
            warm_jobs=self.runtime.warm_jobs,
            polls=cast("Any", _Polls(self)),
            settler=self.runtime.settler,
            stopper=self.stopper,
            linger_seconds=LINGER_SECONDS,
            max_tasks=MAX_TASKS_PER_JOB,
            clock=self.clock,
            timer=lambda: self.clock() + self._waited,
        )

    def wait(self, seconds: float) -> None:
        """Spend time on a poll."""
        self._waited += seconds

    def _do(self, taken: Taken) -> tuple[int, bool]:
        """Do one task; return the exit code, and whether another may follow."""
        delivery = Delivery(settler=self.runtime.settler, sleep=lambda _: None, clock=self.clock)
        assignment = taken.assignment
        self.notes.begin(self.job, assignment.task_id)
        for _ in range(2):
            if self._is_gone(taken):
                self.notes.end(self.job)
                return delivery.cancel(assignment, release=taken.release), taken.release is not None
            self.work.go_on()
        self.notes.end(self.job)
        is_stopped = self.stopper.reason is StopReason.INTERRUPTED
        outcome: Outcome = Succeeded(output="1")
        if is_stopped:
            outcome = Failed(error=ErrorName.JOB_INTERRUPTED, cause=Cause(message="stopped"))
        if delivery.deliver(assignment, outcome, release=taken.release) is None:
            return Exit.UNSETTLED, False
        return (Exit.TERMINATED, False) if is_stopped else (Exit.DONE, True)

    def _is_gone(self, taken: Taken) -> bool:
        try:
            self.runtime.answers.heartbeat(taken.assignment.token)
            return taken.is_gone is not None and taken.is_gone()
        except TaskGone:
            return True
        except (ClientError, BotoCoreError):
            return False


class _Polls:
    """Step Functions' client, whose empty polls take time."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def get_activity_task(self, **parameters: Any) -> Any:
        answer = self._worker.runtime.clients.stepfunctions_poll.get_activity_task(**parameters)
        if "taskToken" not in answer:
            self._worker.wait(EMPTY_POLL_SECONDS)
        return answer
