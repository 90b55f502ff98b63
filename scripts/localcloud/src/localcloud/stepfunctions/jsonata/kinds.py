"""Refuse a value of the wrong kind in a field that needs a number, a boolean or an array.

AWS fails the state with States.QueryEvaluationError. LocalStack converts numbers ("5" becomes 5,
and 1.9 becomes 1), and a Condition that is not a boolean is States.Runtime.
"""

import json
from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.component.common.timeouts.heartbeat import (
    HeartbeatSecondsJSONata,
)
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import (
    TimeoutSecondsJSONata,
)
from localstack.services.stepfunctions.asl.component.state.state_choice.comparison.comparison import (  # noqa: E501
    ConditionStringJSONata,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.items.items import (  # noqa: E501
    ItemsJSONata,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.max_concurrency import (  # noqa: E501
    MaxConcurrencyJSONata,
)
from localstack.services.stepfunctions.asl.component.state.state_wait.wait_function.seconds import (
    SecondsJSONata,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment

from localcloud.stepfunctions.jsonata import failures
from localcloud.wrapping import wrap

_LONGEST = 99_999_999


def install() -> None:
    """Check the fields whose value LocalStack converts or fails on."""
    _number(TimeoutSecondsJSONata, "_eval_seconds", "TimeoutSeconds", least=1)
    _number(HeartbeatSecondsJSONata, "_eval_seconds", "HeartbeatSeconds", least=1)
    _number(SecondsJSONata, "_get_wait_seconds", "Seconds", least=0)
    _number(MaxConcurrencyJSONata, "_eval_max_concurrency", "MaxConcurrency", least=0)
    _other(ConditionStringJSONata, "Condition", bool, "boolean")
    _other(ItemsJSONata, "Items", list, "array")


def _number(field: type[Any], method: str, name: str, *, least: int) -> None:
    @wrap(field, method)
    def number(_original: Callable[..., int], declared: Any, env: Environment) -> int:
        declared.string_jsonata.eval(env=env)
        value = env.stack.pop()
        whole = not isinstance(value, bool) and isinstance(value, int | float) and value % 1 == 0
        if not whole or not least <= value <= _LONGEST:
            raise _unexpected(env, declared, name, value, f"integer from {least} to {_LONGEST}")
        return int(value)


def _other(field: type[Any], name: str, kind: type, called: str) -> None:
    @wrap(field, "_eval_body")
    def other(_original: Callable[..., None], declared: Any, env: Environment) -> None:
        declared.string_jsonata.eval(env=env)
        if not isinstance(env.stack[-1], kind):
            raise _unexpected(env, declared, name, env.stack[-1], called)


def _unexpected(env: Environment, declared: Any, name: str, value: Any, expected: str) -> Exception:
    text = declared.string_jsonata.expression
    return failures.failure(
        env,
        f"The JSONata expression '{text}' specified for the field '{name}' returned an unexpected "
        f"result type. Expected '{expected}', but was: {json.dumps(value)}",
    )
