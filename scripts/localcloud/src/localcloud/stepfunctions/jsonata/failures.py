"""A failed evaluation: one EvaluationFailed event, and an error that Retry and Catch match.

LocalStack records the event twice for tasks and never for a Parallel, and without the state's name,
which AWS's model requires.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api.stepfunctions import EvaluationFailedEventDetails, HistoryEventType
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
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventManager

from localcloud.wrapping import wrap

_ERROR = StatesErrorNameType.StatesQueryEvaluationError


class _Recorded(dict[str, Any]):
    """Details of an event that is in the history already."""


class QueryEvaluationFailure(FailureEventException):
    """An evaluation that failed, recorded."""

    def get_evaluation_failed_event_details(self) -> Any:
        """Return what was recorded; LocalStack would decorate the cause once more."""
        return self.failure_event.event_details["evaluationFailedEventDetails"]


def install() -> None:
    """Record the event of a failure once."""

    @wrap(EventManager, "add_event")
    def add_event(
        original: Callable[..., int],
        manager: EventManager,
        *arguments: Any,
        event_details: Any = None,
        **more: Any,
    ) -> int:
        details = (event_details or {}).get("evaluationFailedEventDetails")
        if isinstance(details, _Recorded):
            return 0  # No caller uses the number.
        return original(manager, *arguments, event_details=event_details, **more)


def failure(env: Environment, cause: str) -> QueryEvaluationFailure:
    """Record the event, and return the exception to raise."""
    state = env.next_state_name
    entered = env.event_history_context.source_event_id
    details = EvaluationFailedEventDetails(
        error=_ERROR.to_name(),
        cause=f"An error occurred while executing the state '{state}' "
        f"(entered at the event id #{entered}). {cause}",
        state=state,
    )
    event = HistoryEventType.EvaluationFailed
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=event,
        event_details=EventDetails(evaluationFailedEventDetails=details),
    )
    recorded = EventDetails(evaluationFailedEventDetails=_Recorded(details))
    return QueryEvaluationFailure(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=_ERROR),
            event_type=event,
            event_details=recorded,
        )
    )
