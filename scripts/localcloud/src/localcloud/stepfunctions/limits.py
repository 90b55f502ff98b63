"""Refuse what Step Functions refuses: oversized values, and outputs that are not JSON.

Lengths come from the service model; AWS measures inputs and outputs in bytes of UTF-8. LocalStack
measures a state's output with spaces and with non-ASCII characters escaped, up to three times as
much, and refuses output of exactly the maximum size.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.stepfunctions import InvalidExecutionInput, InvalidOutput
from localstack.services.stepfunctions.asl.component.state import state
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import (
    state_task_lambda,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
    state_task_service,
)
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.json_constants import no_constant
from localcloud.stepfunctions.json_text import json_text
from localcloud.wrapping import wrap

_MOST_BYTES = 262_144


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The maximum length of a parameter, in characters or in bytes of UTF-8."""

    parameter: str
    member: str
    most: int
    in_bytes: bool = False

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Raise ValidationException if the parameter is longer."""
        value = arguments.get(self.parameter)
        if value is None or len(value.encode() if self.in_bytes else value) <= self.most:
            return
        raise CommonServiceException(
            "ValidationException",
            f"1 validation error detected: Value at '{self.member}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {self.most}",
        )


_TOKEN = Limit(parameter="task_token", member="taskToken", most=2_048)
_LIMITS = {
    "start_execution": (Limit(parameter="input", member="input", most=_MOST_BYTES, in_bytes=True),),
    "send_task_heartbeat": (_TOKEN,),
    "send_task_success": (
        _TOKEN,
        Limit(parameter="output", member="output", most=_MOST_BYTES, in_bytes=True),
    ),
    "send_task_failure": (
        _TOKEN,
        Limit(parameter="error", member="error", most=256),
        Limit(parameter="cause", member="cause", most=32_768),
    ),
    "get_activity_task": (Limit(parameter="worker_name", member="workerName", most=80),),
}


def install() -> None:
    """Check before LocalStack does anything."""
    for operation, limits in _LIMITS.items():
        _check(operation, limits)
    for module in (state, state_task_lambda, state_task_service):
        module.is_within_size_quota = _fits

    _check_json("send_task_success", "output", InvalidOutput)
    _check_json("start_execution", "input", InvalidExecutionInput)


def _check_json(operation: str, parameter: str, refusal: type[Exception]) -> None:
    @wrap(StepFunctionsProvider, operation)
    def checked(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            json.loads(kwargs.get(parameter) or "null", parse_constant=no_constant)
        except ValueError as error:
            title = parameter.capitalize()
            raise refusal(f"Invalid {title}: '{error}'") from error
        return original(*args, **kwargs)


def _check(operation: str, limits: tuple[Limit, ...]) -> None:
    @wrap(StepFunctionsProvider, operation)
    def checked(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        for limit in limits:
            limit.check(kwargs)
        return original(*args, **kwargs)


def _fits(value: Any) -> bool:
    """Return whether a state may have this output."""
    # A lone surrogate, which JSON allows as an escape, counts as the three bytes that encode it.
    return len(json_text(value).encode(errors="surrogatepass")) <= _MOST_BYTES
