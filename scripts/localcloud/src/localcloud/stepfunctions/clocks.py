"""Start an activity's TimeoutSeconds and HeartbeatSeconds at ActivityStarted.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html: for activities, the count
begins when GetActivityTask receives a token and ActivityStarted is recorded. LocalStack's clock
begins at ActivityScheduled, and it reports a missed heartbeat as States.Timeout. According to the
same page, States.Timeout in a Retry or Catch also matches a missed heartbeat.

LocalStack accepts an outcome until the state has ended, also once its thread has found the time to
be up. That outcome is lost: to the worker its task succeeded, in the history it timed out.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.api.stepfunctions import HistoryEventType
from localstack.services.stepfunctions.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (  # noqa: E501
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import (
    EvalTimeoutError,
    TimeoutSeconds,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.state_task_activitiy import (  # noqa: E501
    StateTaskActivity,
)
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeFailureError,
    CallbackOutcomeSuccess,
    CallbackTimeoutError,
    HeartbeatEndpoint,
    HeartbeatTimedOut,
    HeartbeatTimeoutError,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

from localcloud.stepfunctions.closed_tasks import close_unless_settled
from localcloud.wrapping import wrap

NEVER = TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS
_RUNTIME = StatesErrorNameType.StatesRuntime
_HEARTBEAT = StatesErrorNameType.StatesHeartbeatTimeout
_TIMEOUT = StatesErrorNameType.StatesTimeout


@dataclass(frozen=True, kw_only=True)
class Limits:
    """A task's limits in seconds; NEVER if the state sets none."""

    timeout: int
    heartbeat: int


def install() -> None:
    """Evaluate activity states with our own clocks."""

    @wrap(StateTaskActivity, "from_state_props")
    def from_state_props(original: Callable[..., None], state: Any, props: Any) -> None:
        original(state, props)
        # The clock of the whole state begins too early, so its limit moves to ours.
        state.activity_timeout, state.timeout = state.timeout, TimeoutSeconds(NEVER)

    @wrap(StateTaskActivity, "_eval_execution")
    def eval_execution(_original: Callable[..., None], state: Any, env: Environment) -> None:
        limits = _limits(state, env)
        endpoint = _schedule(state, env, limits)
        await_start(env, endpoint)
        output = _await_output(env, endpoint, limits)
        env.stack.append(json.loads(output))
        _add(
            env,
            HistoryEventType.ActivitySucceeded,
            "activitySucceededEventDetails",
            {
                "output": output,
                "outputDetails": {"truncated": False},
            },
        )

    _name_missed_heartbeats()
    _name_missed_heartbeats_of_callbacks()
    _keep_accepted_outcomes_of_callbacks()


def _limits(state: Any, env: Environment) -> Limits:
    timeout, heartbeat = NEVER, NEVER
    if not state.activity_timeout.is_default_value():
        state.activity_timeout.eval(env=env)
        timeout = env.stack.pop()
    if state.heartbeat:
        state.heartbeat.eval(env=env)
        heartbeat = env.stack.pop()
    return Limits(timeout=timeout, heartbeat=heartbeat)


def _schedule(state: Any, env: Environment, limits: Limits) -> ActivityCallbackEndpoint:
    given = state._eval_parameters(env=env)
    activity_input = given if isinstance(given, str) else to_json_str(given)
    arn = state.resource.resource_arn
    details = {"resource": arn, "input": activity_input, "inputDetails": {"truncated": False}}
    if limits.timeout != NEVER:
        details["timeoutInSeconds"] = limits.timeout
    if limits.heartbeat != NEVER:
        details["heartbeatInSeconds"] = limits.heartbeat
    if arn not in env.activity_store:
        raise _no_such_activity(env, arn)
    # Recorded first, so that a worker that takes the task at once finds it in the history.
    _add(env, HistoryEventType.ActivityScheduled, "activityScheduledEventDetails", details)
    return env.callback_pool_manager.add_activity_task(
        callback_id=env.states.context_object.update_task_token(),
        activity_arn=arn,
        activity_input=activity_input,
    )


def _no_such_activity(env: Environment, arn: str) -> FailureEventException:
    details = {"error": _RUNTIME.to_name(), "cause": f"The activity {arn} does not exist."}
    return FailureEventException(
        failure_event=FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=_RUNTIME),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=EventDetails(executionFailedEventDetails=details),
        )
    )


def await_start(env: Environment, endpoint: ActivityCallbackEndpoint) -> None:
    """Wait until a worker has taken the task."""
    if not env.is_running():  # It ended before there was an endpoint to wake up.
        raise EvalTimeoutError
    started = endpoint.get_activity_task_start_endpoint().wait(timeout_seconds=NEVER)
    if started is None:  # Woken up because the execution ended.
        raise EvalTimeoutError
    details = {} if started.worker_name is None else {"workerName": started.worker_name}
    _add(env, HistoryEventType.ActivityStarted, "activityStartedEventDetails", details)


def _await_output(env: Environment, endpoint: ActivityCallbackEndpoint, limits: Limits) -> str:
    receiver = endpoint.setup_heartbeat_endpoint(heartbeat_seconds=limits.heartbeat)
    signal = receiver._next_heartbeat_event
    now = time.monotonic()
    timeout_at, heartbeat_at = now + limits.timeout, now + limits.heartbeat
    while env.is_running():
        outcome, now = endpoint.get_outcome(), time.monotonic()
        if outcome is None and now >= min(timeout_at, heartbeat_at):
            # Until it is closed, a worker may have its outcome accepted.
            outcome = close_unless_settled(endpoint)
            if outcome is None:
                raise CallbackTimeoutError if now >= timeout_at else HeartbeatTimeoutError
        if isinstance(outcome, CallbackOutcomeFailure):
            raise CallbackOutcomeFailureError(callback_outcome_failure=outcome)
        if isinstance(outcome, CallbackOutcomeSuccess):
            return str(outcome.output)
        if signal.wait(max(min(timeout_at, heartbeat_at) - now, 0)):
            signal.clear()
            heartbeat_at = time.monotonic() + limits.heartbeat
    raise CallbackTimeoutError  # Woken up because the execution ended.


def _name_missed_heartbeats() -> None:
    @wrap(StateTaskActivity, "_from_error")
    def from_error(
        original: Callable[..., FailureEvent], state: Any, env: Environment, ex: Exception
    ) -> FailureEvent:
        if not isinstance(ex, HeartbeatTimeoutError):
            return original(state, env=env, ex=ex)
        details = {"error": _HEARTBEAT.to_name()}
        return FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=_HEARTBEAT),
            event_type=HistoryEventType.ActivityTimedOut,
            event_details=EventDetails(activityTimedOutEventDetails=details),
        )

    @wrap(ErrorEqualsDecl, "_eval_body")
    def matches(original: Callable[..., None], names: Any, env: Environment) -> None:
        missed = env.stack[-1].error_name == _HEARTBEAT.to_name()
        original(names, env)
        if missed and any(name.error_name == _TIMEOUT.to_name() for name in names.error_names):
            env.stack[-1] = True


def _keep_accepted_outcomes_of_callbacks() -> None:
    @wrap(StateTaskServiceCallback, "_wait_for_task_token_heartbeat")
    def wait(
        original: Callable[..., CallbackOutcome | None],
        state: Any,
        env: Environment,
        endpoint: CallbackEndpoint,
        receiver: HeartbeatEndpoint,
    ) -> CallbackOutcome | HeartbeatTimedOut | None:
        outcome = original(state, env, endpoint, receiver)
        if isinstance(outcome, HeartbeatTimedOut):
            return close_unless_settled(endpoint) or outcome
        return outcome


def _name_missed_heartbeats_of_callbacks() -> None:
    @wrap(StateTaskServiceCallback, "_from_error")
    def from_callback_error(
        original: Callable[..., FailureEvent], state: Any, env: Environment, ex: Exception
    ) -> FailureEvent:
        if not isinstance(ex, HeartbeatTimeoutError):
            return original(state, env=env, ex=ex)
        details = {
            "resourceType": state._get_sfn_resource_type(),
            "resource": state._get_sfn_resource(),
            "error": _HEARTBEAT.to_name(),
        }
        return FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=_HEARTBEAT),
            event_type=HistoryEventType.TaskTimedOut,
            event_details=EventDetails(taskTimedOutEventDetails=details),
        )


def _add(
    env: Environment, event_type: HistoryEventType, member: str, details: Mapping[str, Any]
) -> None:
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=event_type,
        event_details=EventDetails(**{member: details}),
    )
