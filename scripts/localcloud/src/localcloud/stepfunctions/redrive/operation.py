"""RedriveExecution, and what the other operations say of redriven executions.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
ExecutionLimitExceeded cannot happen here: AWS's limit is a million running executions. Map Runs of
a distributed Map cannot be redriven.
"""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.stepfunctions import (
    ExecutionNotRedrivable,
    ExecutionStatus,
    RedriveExecutionOutput,
    StateMachineType,
)
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.backend.models import sfn_stores
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.stepfunctions.redrive import events, recording, running
from localcloud.wrapping import wrap

type Original = Callable[..., Any]

MOST_EVENTS = 24_999
PERIOD = timedelta(days=14)
LONGEST = timedelta(days=365)
_TOKENS_LIVE = timedelta(minutes=15)
_MOST_TOKENS = 10
_UNSUCCESSFUL = {ExecutionStatus.FAILED, ExecutionStatus.ABORTED, ExecutionStatus.TIMED_OUT}
_lock = threading.Lock()


def install() -> None:
    """Add the operation, and its members to descriptions and lists."""
    recording.install()
    running.install()
    events.install()
    _count()
    _redrive()
    _describe()
    _filter_lists()


def _count() -> None:
    @wrap(Execution, "__init__")
    def init(original: Original, execution: Any, *args: Any, **named: Any) -> None:
        original(execution, *args, **named)
        execution.redrive_count, execution.redrive_date = 0, None
        execution.redrive_tokens = deque(maxlen=_MOST_TOKENS)


def _redrive() -> None:
    @wrap(StepFunctionsProvider, "redrive_execution")
    def redrive(
        _original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        execution_arn: str,
        client_token: str | None = None,
        **_more: object,
    ) -> RedriveExecutionOutput:
        provider._validate_state_machine_execution_arn(execution_arn)
        execution = provider._get_execution(context, execution_arn)
        with _lock:
            now = datetime.now(tz=UTC)
            for token, date in execution.redrive_tokens:
                if token == client_token and now - date < _TOKENS_LIVE:
                    return RedriveExecutionOutput(redriveDate=date)
            if reason := refusal(execution):
                raise ExecutionNotRedrivable(reason)
            running.redrive(execution, now)
            if client_token:
                execution.redrive_tokens.append((client_token, now))
        return RedriveExecutionOutput(redriveDate=now)


def refusal(execution: Any) -> str | None:
    """Return why the execution cannot be redriven; None if it can."""
    if execution.sm_type != StateMachineType.STANDARD:
        return f"Execution is of type {execution.sm_type} and cannot be redriven"
    if execution.exec_status not in _UNSUCCESSFUL:
        return f"Execution is {execution.exec_status} and cannot be redriven"
    store = sfn_stores[execution.account_id][execution.region_name]
    if execution.state_machine_arn not in store.state_machines:
        return "State machine is in DELETING status"
    now = datetime.now(tz=UTC)
    if now - execution.start_date > LONGEST:
        return "Execution has exceeded the max execution time"
    if now - execution.stop_date > PERIOD:
        return "Execution redrivable period exceeded"
    if len(execution.to_history_output()["events"]) >= MOST_EVENTS:
        return "Execution history event limit exceeded"
    return None


def _describe() -> None:
    @wrap(Execution, "to_describe_output")
    def describe(original: Original, execution: Any) -> Any:
        answer = original(execution)
        if execution.sm_type == StateMachineType.STANDARD:
            reason = refusal(execution)
            answer["redriveCount"] = execution.redrive_count
            answer["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE"
            if reason:
                answer["redriveStatusReason"] = reason
            if execution.redrive_date:
                answer["redriveDate"] = execution.redrive_date
        return answer

    @wrap(Execution, "to_execution_list_item")
    def item(original: Original, execution: Any) -> Any:
        answer = original(execution)
        answer["redriveCount"] = execution.redrive_count
        if execution.redrive_date:
            answer["redriveDate"] = execution.redrive_date
        return answer


def _filter_lists() -> None:
    @wrap(StepFunctionsProvider, "list_executions")
    def list_executions(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        redrive_filter: str | None = None,
        **named: Any,
    ) -> Any:
        # The filter is for Map Runs, which LocalStack does not list.
        if redrive_filter and named.get("state_machine_arn"):
            raise CommonServiceException(
                "ValidationException", "redriveFilter is not allowed with stateMachineArn"
            )
        return original(provider, context, **named)
