"""Pass an activity's input as compact JSON text, whatever its type.

LocalStack passes a string without its quotes, which makes it invalid or different JSON ("5" becomes
5). It also adds spaces and escapes non-ASCII characters, so that a task's input can exceed AWS's
limit although the execution's does not.
"""

from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.state_task_activitiy import (  # noqa: E501
    StateTaskActivity,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment

from localcloud.stepfunctions.json_text import json_text
from localcloud.wrapping import wrap


def install() -> None:
    """Give text to the scheduling code, which passes text on unchanged."""

    @wrap(StateTaskActivity, "_eval_parameters")
    def eval_parameters(original: Callable[..., Any], state: Any, env: Environment) -> str:
        return json_text(original(state, env))
