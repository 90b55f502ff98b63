"""Whose definitions, logs and roles a description may name: those that are called like its activity.

Who may write the description of an activity is decided by its name, in IAM; the dispatcher starts what the
description says, with rights of its own. So the description must not name what belongs to another: all that
it names is called like the activity, or like a beginning of its name before a `-` (activities `pool-left` and
`pool-right` on the backend `pool`). A function needs no rule: its role answers for its own activities only.
"""

from collections.abc import Callable, Mapping
from typing import Any

from activity_dispatch.domain.activities import CALLBACK_PREFIX, Activity, InvalidActivity

type _Names = Mapping[str, str]


def check_names(activity: Activity, stack: str) -> None:
    """Raise InvalidActivity if the description names what belongs to another activity of the stack."""
    names_in = _NAMES_IN.get(activity.backend)
    if names_in is None:
        return
    own = _full_name(activity, stack)
    for field, name in names_in(activity.config).items():
        if not name.startswith(f"{stack}-") or not f"{own}-".startswith(f"{name}-"):
            raise InvalidActivity(
                f"config.{field}: {name!r} in the description of {activity.arn}; allowed are {own!r} and its "
                f"beginnings before a '-', from '{stack}-' on"
            )


def _full_name(activity: Activity, stack: str) -> str:
    if activity.is_callback:
        return f"{stack}-{activity.arn.removeprefix(CALLBACK_PREFIX)}"
    return activity.arn.rpartition(":")[2]


def _of_ecs(config: Mapping[str, Any]) -> _Names:
    return {"task_definition": _text(config, "task_definition"), **_log_group(config, "/ecs/")}


def _of_batch(config: Mapping[str, Any]) -> _Names:
    return {"job_definition": _text(config, "job_definition"), **_log_group(config, "/batch/")}


def _of_sagemaker(config: Mapping[str, Any]) -> _Names:
    request = config.get("request")
    role = _text(request if isinstance(request, Mapping) else {}, "RoleArn")
    return {"request.RoleArn": role.rpartition("/")[2].removesuffix("-training")}


def _log_group(config: Mapping[str, Any], folder: str) -> _Names:
    # A name in another folder stays whole, and is refused.
    group = config.get("log_group")
    return {} if group is None else {"log_group": str(group).removeprefix(folder)}


def _text(config: Mapping[str, Any], field: str) -> str:
    return str(config.get(field, ""))


_NAMES_IN: Mapping[str, Callable[[Mapping[str, Any]], _Names]] = {
    "ecs": _of_ecs,
    # What 0.1.0 called it.
    "fargate": _of_ecs,
    "batch": _of_batch,
    "sagemaker": _of_sagemaker,
}
