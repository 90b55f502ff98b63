"""Run an execution once more, under its ARN and in its history."""

from collections.abc import Callable
from datetime import datetime
from threading import Thread
from typing import Any

from localstack.aws.api.stepfunctions import (
    ExecutionRedrivenEventDetails,
    ExecutionStatus,
    HistoryEventType,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker

from localcloud.stepfunctions.redrive.progress import Progress
from localcloud.wrapping import wrap


def install() -> None:
    """Give each run a record of its progress, and its context the redrives."""

    @wrap(ExecutionWorker, "_get_evaluation_environment")
    def environment(original: Callable[..., Environment], worker: ExecutionWorker) -> Environment:
        env = original(worker)
        env.progress = Progress()
        execution = worker._execution_communication.execution
        about = env.states.context_object.context_object_data["Execution"]
        about["RedriveCount"] = getattr(execution, "redrive_count", 0)
        if getattr(execution, "redrive_date", None):
            about["RedriveTime"] = Execution._to_serialized_date(execution.redrive_date)
        return env


def redrive(execution: Any, now: datetime) -> None:
    """Start the next run of an execution that has ended without success."""
    last = execution.exec_worker.env
    execution.redrive_count += 1
    execution.redrive_date = now
    worker = execution._get_start_execution_worker()
    env = worker.env = worker._get_evaluation_environment()
    env.progress = last.progress.resumed()
    env.event_manager = last.event_manager
    # Tokens of the last run's tasks stay known, and closed.
    env.callback_pool_manager = last.callback_pool_manager
    execution.stop_date = execution.error = execution.cause = None
    execution.exec_status, execution.exec_worker = ExecutionStatus.RUNNING, worker
    details = ExecutionRedrivenEventDetails(redriveCount=execution.redrive_count)
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=EventDetails(executionRedrivenEventDetails=details),
    )
    execution.publish_execution_status_change_event()
    Thread(target=_run, args=(worker,), name="redriven", daemon=True).start()


def _run(worker: Any) -> None:
    worker._get_evaluation_entrypoint().eval(worker.env)
    worker._execution_communication.terminated()
