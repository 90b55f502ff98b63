"""An activity's input is JSON text, whatever its type, and no longer than it must be.

LocalStack gives a string without its quotes, which is no JSON or other JSON ("5" became 5), and
puts blanks between and escapes for all that is not ASCII, so that a task's input can be over AWS's
limit while the execution's is not.
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
    """Give text to what schedules the task: it leaves text as it is."""

    @wrap(StateTaskActivity, "_eval_parameters")
    def eval_parameters(original: Callable[..., Any], state: Any, env: Environment) -> str:
        return json_text(original(state, env))
