"""Whose definitions, logs and roles a description may name: those that are called like its activity.

Who may write the description of an activity is decided by its name, in IAM; the dispatcher starts what the
description says, with rights of its own. So the description must not name what belongs to another: all that
it names is called like the activity, or like a beginning of its name before a `-` (activities `pool-left` and
`pool-right` on the backend `pool`). Names are compared as they are written: other cases, revisions and ARNs
of definitions are refused. A function needs no rule: its role answers for its own activities only, and it
runs only for a task that it may answer for.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from activity_dispatch.domain.activities import CALLBACK_PREFIX, Activity, InvalidActivity
from activity_dispatch.domain.job_variables import shown

# As Terraform names activities and callback targets. A name with a `:` could end like another's ARN.
_ARN = re.compile(r"arn:[a-z0-9-]{1,20}:states:[a-z0-9-]{1,40}:[0-9]{12}:activity:([A-Za-z0-9_-]{1,80})")
_CALLBACK = re.compile(re.escape(CALLBACK_PREFIX) + r"([A-Za-z0-9_-]{1,80})")
# A role outside the stack's own path can't be passed, which IAM sees to.
_TRAINING_ROLE = re.compile(
    r"arn:[a-z0-9-]{1,20}:iam::[0-9]{12}:role/(?:[^/*?:\s]+/)*([A-Za-z0-9_-]+)-training"
)

type _Names = Mapping[str, object]


def check_names(activity: Activity, stack: str) -> None:
    """Raise InvalidActivity if the description names what belongs to another activity of the stack."""
    own = _full_name(activity, stack)
    names_in = _NAMES_IN.get(activity.backend)
    if names_in is None:
        allowed = ", ".join(_NAMES_IN)
        raise InvalidActivity(f"backend: {shown(activity.backend)} of {activity.arn}; allowed are {allowed}")
    for field, name in names_in(activity.config).items():
        if not _is_own(name, own, stack):
            raise InvalidActivity(
                f"config.{field}: {shown(name)} in the description of {activity.arn}; "
                f"it must be called {own} or like a beginning of that before a '-', longer than '{stack}-'"
            )


def _full_name(activity: Activity, stack: str) -> str:
    """Return the name that the activity has in its ARN; that of a callback target begins with the stack's."""
    callback = _CALLBACK.fullmatch(activity.arn)
    # The key decides, in IAM: nothing else in the description may say otherwise.
    if activity.is_callback is not (callback is not None):
        raise InvalidActivity(
            f"wake_up: {activity.wake_up}, of {activity.arn}; only a callback target has it"
        )
    if callback is not None:
        return f"{stack}-{callback[1]}"
    arn = _ARN.fullmatch(activity.arn)
    if arn is None or not _is_of(stack, arn[1]):
        raise InvalidActivity(f"arn: {shown(activity.arn)}; it must be of an activity called {stack}-NAME")
    return arn[1]


def _is_own(name: object, own: str, stack: str) -> bool:
    return isinstance(name, str) and _is_of(stack, name) and f"{own}-".startswith(f"{name}-")


def _is_of(stack: str, name: str) -> bool:
    return name.startswith(f"{stack}-") and name != f"{stack}-"


def _of_ecs(config: Mapping[str, Any]) -> _Names:
    return {"task_definition": config.get("task_definition"), **_log_group(config, "/ecs/")}


def _of_batch(config: Mapping[str, Any]) -> _Names:
    return {"job_definition": config.get("job_definition"), **_log_group(config, "/batch/")}


def _of_sagemaker(config: Mapping[str, Any]) -> _Names:
    request = config.get("request")
    arn = request.get("RoleArn") if isinstance(request, Mapping) else None
    role = _TRAINING_ROLE.fullmatch(arn) if isinstance(arn, str) else None
    # Any other text stays whole, and is refused.
    return {"request.RoleArn": arn if role is None else role[1]}


def _of_lambda(_: Mapping[str, Any]) -> _Names:
    return {}


def _log_group(config: Mapping[str, Any], folder: str) -> _Names:
    # A name in another folder stays whole, and is refused.
    group = config.get("log_group")
    if group is None:
        return {}
    return {"log_group": group.removeprefix(folder) if isinstance(group, str) else group}


_NAMES_IN: Mapping[str, Callable[[Mapping[str, Any]], _Names]] = {
    "lambda": _of_lambda,
    "ecs": _of_ecs,
    # What 0.1.0 called it.
    "fargate": _of_ecs,
    "batch": _of_batch,
    "sagemaker": _of_sagemaker,
}
