"""Why RunTask placed no task: which reasons pass, and what to do about the others."""

import pytest

from activity_dispatch.backends.ecs_messages import name_of_failures
from activity_dispatch.domain.outcomes import ErrorName


@pytest.mark.parametrize(
    "reason",
    [
        "RESOURCE:CPU",
        "RESOURCE:MEMORY",
        "RESOURCE:GPU",
        "RESOURCE:ENI",
        "RESOURCE:PORTS",
        "AGENT",
        "Capacity is unavailable at this time. Please try again later",
        "EMPTY CAPACITY PROVIDER",
    ],
)
def test_a_want_of_resources_is_a_want_of_capacity(reason: str) -> None:
    name, why = name_of_failures([{"reason": reason, "arn": "arn", "detail": "more"}])
    assert (name, why) == (ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, f"{reason} more")


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("ATTRIBUTE", "give the cluster such instances"),
        ("LOCATION", "name subnets of the instances' zones"),
        ("MISSING", "look at the cluster, the definition and its roles"),
        ("INACTIVE", "name another cluster"),
    ],
)
def test_what_no_wait_cures_says_what_to_do(reason: str, advice: str) -> None:
    name, why = name_of_failures([{"reason": reason}])
    assert name is ErrorName.DISPATCH_INVALID_REQUEST
    assert why.startswith(reason)
    assert advice in why


def test_one_instance_that_lacks_only_resources_is_worth_a_wait() -> None:
    failures = [{"reason": "ATTRIBUTE"}, {"reason": "RESOURCE:GPU"}]
    assert name_of_failures(failures)[0] is ErrorName.DISPATCH_CAPACITY_UNAVAILABLE


def test_what_does_not_exist_is_not_cured_by_any_instance() -> None:
    failures = [{"reason": "RESOURCE:CPU"}, {"reason": "MISSING"}]
    assert name_of_failures(failures)[0] is ErrorName.DISPATCH_INVALID_REQUEST


def test_an_answer_without_a_task_and_a_reason_is_refused() -> None:
    assert name_of_failures([]) == (ErrorName.DISPATCH_INVALID_REQUEST, "no task and no failure")
