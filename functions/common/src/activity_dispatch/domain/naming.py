"""Whose definitions, logs and roles a description may name: those that are called like its activity.

Who may write the description of an activity is decided by its name, in IAM; the dispatcher starts what the
description says, with rights of its own. So the description must not name what belongs to another: all that
it names is called like the activity, or like a beginning of its name before a `-` (activities `pool-left` and
`pool-right` on the backend `pool`). Names are compared as they are written: other cases, revisions and ARNs
of definitions are refused. A function needs no rule: its role answers for its own activities only, and it
runs only for a task that it may answer for.

Clusters and job queues of the stack's name are judged alike, besides those that the stack shares with all of
its activities. Of others IAM decides.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
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


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Whose descriptions are judged. `shared` are clusters and job queues of all; `*` stands for any text."""

    name: str
    shared: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Return whether it is the name of something that belongs to one of its activities."""
        return name.startswith(f"{self.name}-") and name != f"{self.name}-"

    def shares(self, name: str) -> bool:
        """Return whether any activity may run jobs in a cluster or queue of this name."""
        return not name.startswith(f"{self.name}-") or any(fnmatchcase(name, each) for each in self.shared)


@dataclass(frozen=True, kw_only=True)
class _Named:
    """What a description names. `places` are ARNs or names of clusters and queues."""

    names: Mapping[str, object]
    places: Mapping[str, object]


def check_names(activity: Activity, stack: Stack) -> None:
    """Raise InvalidActivity if the description names what belongs to another activity of the stack."""
    own = _full_name(activity, stack)
    for number in range(1, len(activity.fallbacks) + 2):
        _check_link(activity.link(number), own, stack)


def _check_link(activity: Activity, own: str, stack: Stack) -> None:
    named_in = _NAMED_IN.get(activity.backend)
    if named_in is None:
        allowed = ", ".join(_NAMED_IN)
        raise InvalidActivity(f"backend: {shown(activity.backend)} of {activity.arn}; allowed are {allowed}")
    named = named_in(activity.config)
    wrong = [(field, name) for field, name in named.names.items() if not _is_own(name, own, stack)]
    wrong += [(field, name) for field, name in named.places.items() if not _is_open(name, own, stack)]
    if wrong:
        field, name = wrong[0]
        raise InvalidActivity(
            f"config.{field}: {shown(name)} in the description of {activity.arn}; "
            f"it must be called {own} or like a beginning of that before a '-', longer than '{stack.name}-'"
            f"{', or be shared by the stack' if field in named.places else ''}"
        )


def _full_name(activity: Activity, stack: Stack) -> str:
    """Return the name that the activity has in its ARN; that of a callback target begins with the stack's."""
    callback = _CALLBACK.fullmatch(activity.arn)
    # The key decides, in IAM: nothing else in the description may say otherwise.
    if activity.is_callback is not (callback is not None):
        raise InvalidActivity(f"wake_up: {activity.wake_up}, of {activity.arn}; callback:NAME has callback")
    if callback is not None:
        return f"{stack.name}-{callback[1]}"
    arn = _ARN.fullmatch(activity.arn)
    if arn is None or not stack.has(arn[1]):
        raise InvalidActivity(
            f"arn: {shown(activity.arn)}; it must be of an activity called {stack.name}-NAME"
        )
    return arn[1]


def _is_own(name: object, own: str, stack: Stack) -> bool:
    return isinstance(name, str) and stack.has(name) and f"{own}-".startswith(f"{name}-")


def _is_open(place: object, own: str, stack: Stack) -> bool:
    if not isinstance(place, str):
        return False
    name = place.rpartition("/")[2]
    return stack.shares(name) or _is_own(name, own, stack)


def _of_ecs(config: Mapping[str, Any]) -> _Named:
    return _Named(
        names={"task_definition": config.get("task_definition"), **_log_group(config, "/ecs/")},
        places={"cluster": config.get("cluster")},
    )


def _of_batch(config: Mapping[str, Any]) -> _Named:
    return _Named(
        names={"job_definition": config.get("job_definition"), **_log_group(config, "/batch/")},
        places={"job_queue": config.get("job_queue")},
    )


def _of_sagemaker(config: Mapping[str, Any]) -> _Named:
    request = config.get("request")
    arn = request.get("RoleArn") if isinstance(request, Mapping) else None
    role = _TRAINING_ROLE.fullmatch(arn) if isinstance(arn, str) else None
    # Any other text stays whole, and is refused.
    return _Named(names={"request.RoleArn": arn if role is None else role[1]}, places={})


def _of_lambda(_: Mapping[str, Any]) -> _Named:
    return _Named(names={}, places={})


def _log_group(config: Mapping[str, Any], folder: str) -> Mapping[str, object]:
    # A name in another folder stays whole, and is refused.
    group = config.get("log_group")
    if group is None:
        return {}
    return {"log_group": group.removeprefix(folder) if isinstance(group, str) else group}


_NAMED_IN: Mapping[str, Callable[[Mapping[str, Any]], _Named]] = {
    "lambda": _of_lambda,
    "ecs": _of_ecs,
    # What 0.1.0 called it.
    "fargate": _of_ecs,
    "batch": _of_batch,
    "sagemaker": _of_sagemaker,
}
