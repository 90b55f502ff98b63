"""What every task table promises about descriptions that name what belongs to another activity."""

from dataclasses import replace
from functools import partial

import boto3
import pytest

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.naming import Stack, check_names
from activity_dispatch.testing import InMemoryTaskTable

ARN = "arn:aws:states:eu-west-1:000000000000:activity:studio-left"
OWN = Activity(
    arn=ARN,
    name="studio-left",
    backend="ecs",
    config={"task_definition": "studio-left", "cluster": "studio"},
    heartbeat_seconds=60,
    timeout_seconds=600,
)
ANOTHERS = replace(
    OWN, config={"task_definition": "studio-right", "cluster": "studio"}, allowed_overrides=("command",)
)
FUNCTION = replace(OWN, arn=ARN.replace("left", "up"), backend="lambda", config={"function_arn": "arn:f"})


@pytest.fixture
def judging(table):
    """A table that knows its stack's name."""
    if isinstance(table, InMemoryTaskTable):
        return replace(table, check=partial(check_names, stack=Stack(name="studio")))
    return replace(table, stack=Stack(name="studio"))


def describe(table, activity: Activity) -> None:
    """Write the item as Terraform does."""
    if isinstance(table, InMemoryTaskTable):
        table.activities[activity.arn] = activity
        return
    item = {
        "task_id": {"S": f"activity#{activity.arn}"},
        "poll_id": {"S": "activity"},
        "activity": {"S": activity.to_json()},
    }
    boto3.client("dynamodb").put_item(TableName="tasks", Item=item)


def test_both_ways_of_reading_refuse_it_and_serve_the_others(judging) -> None:
    describe(judging, OWN)
    describe(judging, FUNCTION)
    assert judging.activity(ARN) == OWN
    assert judging.overview().invalid_items == 0
    describe(judging, ANOTHERS)
    with pytest.raises(InvalidActivity, match=r"config\.task_definition: 'studio-right'"):
        judging.activity(ARN)
    assert judging.activity(FUNCTION.arn) == FUNCTION
    assert list(judging.served_activities()) == [FUNCTION]
    overview = judging.overview()
    assert (overview.activities, overview.invalid_items) == ((FUNCTION,), 1)


def test_a_kept_description_is_served_whatever_became_of_its_activity(judging) -> None:
    describe(judging, OWN)
    judging.keep_description(OWN)
    describe(judging, ANOTHERS)
    assert judging.description(OWN.fingerprint) == OWN


def test_without_a_stacks_name_nothing_is_judged(table) -> None:
    """So it is for containers' workers, which read no descriptions, and for functions of 0.1.0."""
    describe(table, ANOTHERS)
    assert table.activity(ARN) == ANOTHERS
    assert list(table.served_activities()) == [ANOTHERS]


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_the_refused_item_is_named_in_the_log(judging, caplog) -> None:
    describe(judging, ANOTHERS)
    judging.overview()
    assert f"item 'activity#{ARN}' is invalid and left out: config.task_definition" in caplog.text
