"""Whose task it is."""

import json
from typing import Any

import pytest

from activity_dispatch.domain.shares import BUCKETS, bucket_of, checked_share_key, is_bucket, share_of

EXECUTION = "arn:aws:states:eu-west-1:000000000000:execution:machine:one:two"


@pytest.mark.parametrize("key", [None, "execution", "state_machine", "$.tenant", "$.order.customer-id"])
def test_a_share_key_that_is_allowed(key: Any) -> None:
    assert checked_share_key(key) == key


@pytest.mark.parametrize(
    "key", ["", "tenant", "$", "$.a[0]", "$..tenant", "{% $states.input.a %}", 7, "$.a b"]
)
def test_any_other_share_key_is_refused_with_what_is_allowed(key: Any) -> None:
    with pytest.raises(ValueError, match=r"^share_key: .*; it must be execution, state_machine or a path"):
        checked_share_key(key)


def test_an_execution_and_a_state_machine_are_shares() -> None:
    assert share_of("execution", "1", EXECUTION) == EXECUTION
    assert share_of("state_machine", "1", EXECUTION) == EXECUTION.removesuffix(":one:two")


@pytest.mark.parametrize(
    ("task", "share"),
    [
        ({"a": {"b": "acme"}}, "acme"),
        ({"a": {"b": 7}}, "7"),
        ({"a": {"b": True}}, "true"),
        ({"a": {"b": ["acme"]}}, ""),
        ({"a": {"b": None}}, ""),
        ({"a": "acme"}, ""),
        ({"b": "acme"}, ""),
        ([], ""),
    ],
)
def test_a_value_of_the_input_is_a_share_and_any_other_the_default_one(task: Any, share: str) -> None:
    assert share_of("$.a.b", json.dumps(task), EXECUTION) == share


def test_an_input_that_is_not_json_costs_no_task() -> None:
    assert share_of("$.a", '{"a": ', EXECUTION) == ""


def test_buckets_are_bounded_and_shares_spread_over_them() -> None:
    buckets = {bucket_of(f"tenant-{number}") for number in range(10_000)}
    assert all(map(is_bucket, buckets))
    assert len(buckets) > 0.99 * BUCKETS
    assert not is_bucket("400")
    assert not is_bucket("activity")
    assert bucket_of("\ud800")
