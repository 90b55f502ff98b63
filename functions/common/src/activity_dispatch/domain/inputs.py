"""A task's input as the stack reads it: the job parameters that it sets."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from activity_dispatch.domain.job_variables import label, problem_of_variables
from activity_dispatch.domain.tasks import InvalidInput

_ENVIRONMENT = "environment"


def parsed(task_input: str) -> Any:
    """Return a task's input as Python reads it. Raises InvalidInput."""
    try:
        return json.loads(task_input)
    except (ValueError, RecursionError) as error:
        # JSON allows what Python does not: a number of 5,000 digits, 100,000 nested arrays.
        raise InvalidInput(f"input: it can't be read: {error}") from error


def job_overrides(task_input: str, allowed: Sequence[str]) -> Mapping[str, Any]:
    """Return the `job` object of a task's input, empty if there is none.

    Raises InvalidInput if it is not an object or has a key that is not in `allowed`. Variables are allowed
    one by one, as `environment.NAME` or `environment.PREFIX*`; a mere `environment` allows none.
    """
    # Most inputs have no job object: do not parse up to 1 MiB of JSON to find that out.
    if '"job"' not in task_input:
        return {}
    document = parsed(task_input)
    if not isinstance(document, dict) or "job" not in document:
        return {}
    job = document["job"]
    if not isinstance(job, dict):
        raise InvalidInput(f"job: {type(job).__name__}; it must be an object")
    refused = sorted(set(job) - {*allowed, _ENVIRONMENT})
    if refused:
        names = ", ".join(sorted(allowed)) or "none"
        raise InvalidInput(f"job.{label(refused[0])}: not allowed; this activity allows: {names}")
    problem = problem_of_variables(job[_ENVIRONMENT], allowed) if _ENVIRONMENT in job else None
    if problem is not None:
        raise InvalidInput(problem)
    return job
