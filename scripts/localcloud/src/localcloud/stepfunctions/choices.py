"""Name the error of a Choice in which no rule matches and that has no Default.

AWS: States.NoChoiceMatched. LocalStack fails with an internal RuntimeError, as States.Runtime.
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api.stepfunctions import ExecutionFailedEventDetails, HistoryEventType
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
from localstack.services.stepfunctions.asl.component.state.state_choice.default_decl import (
    DefaultDecl,
)
from localstack.services.stepfunctions.asl.component.state.state_choice.state_choice import (
    StateChoice,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails

from localcloud.wrapping import wrap

# No state can have this name.
_NONE = ""
_ERROR = StatesErrorNameType.StatesNoChoiceMatched


def install() -> None:
    """Give a Choice without Default one that fails."""

    @wrap(StateChoice, "from_state_props")
    def from_state_props(original: Callable[..., None], state: Any, props: Any) -> None:
        original(state, props)
        if state.default_state is None:
            state.default_state = DefaultDecl(state_name=_NONE)

    @wrap(StateChoice, "_eval_state")
    def choose(original: Callable[..., None], state: Any, env: Environment) -> None:
        original(state, env)
        if env.stack[-1] == _NONE:
            raise _no_choice(state, env)


def _no_choice(state: Any, env: Environment) -> FailureEventException:
    cause = f"No rule of the Choice state '{state.name}' matches, and it has no Default."
    details = ExecutionFailedEventDetails(error=_ERROR.to_name(), cause=cause)
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=_ERROR),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=EventDetails(executionFailedEventDetails=details),
        )
    )
