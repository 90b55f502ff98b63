"""Answer SendTask* correctly for closed tasks.

AWS: "TaskTimedOut: the task token has either expired or the task associated with the token has
already been closed", and InvalidToken for an unknown token. LocalStack answers InvalidToken for a
timed-out task, lets a second outcome replace the first, settles tasks of ended executions, and
answers 500 while any other execution is starting.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

import threading
from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.stepfunctions import (
    InvalidToken,
    SendTaskFailureOutput,
    SendTaskHeartbeatOutput,
    SendTaskSuccessOutput,
    TaskTimedOut,
)
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    CallbackConsumerTimeout,
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.stepfunctions import frames
from localcloud.wrapping import wrap

_lock = threading.Lock()


def install() -> None:
    """Close a task with its frame, and check for that before accepting a report."""
    frames.on_end(_close)
    _receive_heartbeats()
    _receive_outcomes()


def close_unless_settled(endpoint: CallbackEndpoint) -> CallbackOutcome | None:
    """Close a task whose time is up; if an outcome was accepted before, return that: it counts."""
    with _lock:
        outcome = endpoint.get_outcome()
        if outcome is None:
            endpoint.report(CallbackConsumerTimeout())
        return outcome


def _receive_heartbeats() -> None:
    @wrap(StepFunctionsProvider, "send_task_heartbeat")
    def heartbeat(
        _original: Callable[..., Any],
        provider: StepFunctionsProvider,
        context: RequestContext,
        task_token: str,
        **_kwargs: object,
    ) -> SendTaskHeartbeatOutput:
        with _lock:
            if not _open_endpoint(provider, context, task_token).notify_heartbeat():
                raise InvalidToken("Invalid token")
        return SendTaskHeartbeatOutput()


def _receive_outcomes() -> None:
    @wrap(StepFunctionsProvider, "send_task_success")
    def success(
        _original: Callable[..., Any],
        provider: StepFunctionsProvider,
        context: RequestContext,
        task_token: str,
        output: str,
        **_kwargs: object,
    ) -> SendTaskSuccessOutput:
        _settle(provider, context, CallbackOutcomeSuccess(callback_id=task_token, output=output))
        return SendTaskSuccessOutput()

    @wrap(StepFunctionsProvider, "send_task_failure")
    def failure(
        _original: Callable[..., Any],
        provider: StepFunctionsProvider,
        context: RequestContext,
        task_token: str,
        error: str | None = None,
        cause: str | None = None,
        **_kwargs: object,
    ) -> SendTaskFailureOutput:
        outcome = CallbackOutcomeFailure(callback_id=task_token, error=error, cause=cause)
        _settle(provider, context, outcome)
        return SendTaskFailureOutput()


def _settle(
    provider: StepFunctionsProvider, context: RequestContext, outcome: CallbackOutcome
) -> None:
    with _lock:  # Of two simultaneous outcomes, only the first counts.
        _open_endpoint(provider, context, outcome.callback_id).notify(outcome=outcome)


def _open_endpoint(
    provider: StepFunctionsProvider, context: RequestContext, token: str
) -> CallbackEndpoint:
    for execution in list(provider.get_store(context).executions.values()):
        env = execution.exec_worker.env if execution.exec_worker else None
        endpoint = env.callback_pool_manager.get(token) if env else None
        if endpoint is None:
            continue
        if endpoint.get_outcome() is not None or endpoint.consumer_error is not None:
            raise TaskTimedOut("Task Timed Out: 'Provided task does not exist anymore'")
        return endpoint
    raise InvalidToken("Invalid Token: 'Invalid token'")


def _close(frame: Environment) -> None:
    endpoint = frames.endpoint_of(frame)
    if endpoint is not None:
        with _lock:
            endpoint.report(CallbackConsumerTimeout())
