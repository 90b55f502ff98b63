"""What an ended process may leave behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.unit.model.compute import Kind, ModelJob
from tests.unit.model.processes import Process

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import TaskState, task_id_of

if TYPE_CHECKING:
    from tests.unit.model.model import Model

# Without its answer, a canceller can't know the tasks.
LISTING = ("get_execution_history", "of_execution", "served_activities")


@dataclass
class Noted:
    """A port whose calls are noted: name, arguments, result."""

    port: Any
    calls: list[tuple[str, tuple[Any, ...], Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """Return the port's attribute; a method is noted when it is called."""
        value = getattr(self.port, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            result = value(*args, **kwargs)
            self.calls.append((name, args, result))
            return result

        return call


def check_nothing_is_left(model: "Model", process: Process) -> None:
    """Assert that a process that nothing happened to left no slot and no task to be found later."""
    if process.error is not None or any(each.fault.fail or each.fault.crash for each in injected(process)):
        return
    records = model.tasks.records
    open_polls = {record.poll_id for record in records.values()}
    for name, args, result in process.calls:
        if name == "take" and result:
            arn, holder = args[0], args[1]
            is_left = holder in model.store.holders.get(arn, ()) and holder not in open_polls
            assert not is_left, f"a slot is left behind: {holder}"
        if name in ("add", "unpark") and result is not False:
            task_id = args[0] if name == "unpark" else args[0].task_id
            made = any(job.task_id == task_id for job in model.compute.jobs.values())
            is_left = records[task_id].state is TaskState.STARTING and not made
            is_lost = "lost" in (records[task_id].input or "")
            assert is_lost or not is_left, f"a task is left behind: {task_id}"


def injected(process: Process) -> list[Any]:
    """Return the faults of its calls."""
    return process.faults.injected


def to_be_stopped(model: "Model", execution_arn: str) -> list[ModelJob]:
    """Return the jobs that nobody waits for and whose execution's end tells so."""
    gone = {
        task_id_of(task.token)
        for task in model.executions.tasks
        if task.execution_arn == execution_arn and task.status != "RUNNING" and task.answer is None
    }
    return [
        job
        for job in model.compute.under_way()
        if job.task_id in gone
        and job.kind is not Kind.FUNCTION
        and (record := model.tasks.records.get(job.task_id)) is not None
        and record.job_id == job.id
        and record.state is TaskState.STARTED
    ]


def check_stopped(model: "Model", execution_arn: str) -> Callable[[Process], None]:
    """Return what asserts, when the canceller has ended, that a fault left at most one job."""
    jobs = to_be_stopped(model, execution_arn)

    def check(process: Process) -> None:
        faults = [each for each in injected(process) if each.fault.fail or each.fault.crash]
        if any(each.fault.crash or each.call in LISTING for each in faults):
            return
        left = [
            job.id for job in jobs if job.state is not JobState.ENDED and job.id not in model.compute.stops
        ]
        assert len(left) <= len(faults), f"not stopped, after {len(faults)} faults: {left}"

    return check
