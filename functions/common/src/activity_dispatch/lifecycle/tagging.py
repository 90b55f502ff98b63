"""What a task's job gets of its task: overrides, tags by which its cost can be told apart, and its share."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from activity_dispatch.domain import job_tags
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.inputs import job_overrides
from activity_dispatch.domain.job_variables import label, shown
from activity_dispatch.domain.shares import share_of
from activity_dispatch.domain.tasks import InvalidInput, Task
from activity_dispatch.lifecycle.chain import for_attempt
from activity_dispatch.observe.log_keys import activity_name

_TAGS = "tags"


def with_job(task: Task, activity: Activity) -> Task:
    """Return the task with what its job gets, on the link of its attempt. Raises InvalidInput."""
    overrides, tags = overrides_and_tags(activity, task)
    share = None
    if activity.share_key is not None:
        share = share_of(activity.share_key, task.input, task.execution_arn)
    task = replace(task, overrides=overrides, tags=tags, share=share, priority=activity.batch_priority)
    return for_attempt(task, activity)


def overrides_and_tags(activity: Activity, task: Task) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Return the `job` object of the task's input, without its tags, and the tags of the task's job.

    Those of its activity come last, so none that an input sets replaces them. Raises InvalidInput.
    """
    given = activity.job_tags
    own = (_TAGS,) if given is not None and given.allowed else ()
    job = dict(job_overrides(task.input, (*activity.allowed_overrides, *own)))
    tags = _from_input(job.pop(_TAGS, {}), given.allowed) if given is not None and own else {}
    facts = (
        {} if given is None else {name: text for name, text in _facts(task).items() if name in given.facts}
    )
    ours = {job_tags.FACTS[name]: job_tags.fitting(text) for name, text in facts.items()}
    return job, {**tags, **ours, job_tags.ACTIVITY: activity_name(activity.arn)}


def _from_input(value: Any, allowed: tuple[str, ...]) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidInput(f"job.tags: {shown(value)}; it must be an object of strings")
    for key, text in value.items():
        if key not in allowed:
            names = ", ".join(sorted(allowed))
            raise InvalidInput(f"job.tags.{label(key)}: not allowed; this activity allows: {names}")
        if not isinstance(text, str):
            raise InvalidInput(f"job.tags.{label(key)}: {shown(text)}; it must be a string")
        if problem := job_tags.problem_of_value(text):
            raise InvalidInput(f"job.tags.{label(key)}: {shown(text)}; {problem}")
    return value


def _facts(task: Task) -> Mapping[str, str]:
    # arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME; a Map's child has MACHINE/MAP:NAME.
    parts = task.execution_arn.split(":", 7)
    named = {"state_machine": parts[6], "execution": parts[7]} if len(parts) > 7 else {}
    return named if task.origin is None else {**named, "state": task.origin.state_name}
