"""A stack of 0.1.0's modules becomes one of today's while tasks are open, as docs/migration.md says.

How is in migrated/scenario.py.
"""

import json
from collections import Counter
from typing import Any

import pytest
from tests.integration.helpers import refusals, wait_until
from tests.states.conftest import Migration
from tests.states.migrated.scenario import KINDS, REST_SECONDS, Moved, items

# What a plan may remove or replace: what nobody waits for.
PASSING = {
    "aws_cloudwatch_log_subscription_filter",
    "aws_cloudwatch_metric_alarm",
    "aws_iam_role_policy",
    "aws_lambda_permission",
    "aws_s3_object",
}
NEW = {"aws_dynamodb_table_item", "aws_lambda_invocation", "aws_ssm_parameter", *PASSING}


@pytest.fixture(scope="module")
def moved(migrating: Migration) -> Moved:
    return migrating.moved.result()


def changed(plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in plan if one["change"]["actions"] not in (["no-op"], ["read"])]


def test_only_what_nobody_waits_for_is_removed_or_replaced(moved: Moved) -> None:
    gone = [one for one in changed(moved.plan) if "delete" in one["change"]["actions"]]
    assert [one["address"] for one in gone if one["type"] not in PASSING] == []
    made = [one for one in changed(moved.plan) if one["change"]["actions"] == ["create"]]
    assert [one["address"] for one in made if one["type"] not in NEW] == []
    claims = [one for one in made if one["type"] == "aws_dynamodb_table_item"]
    assert len(claims) == len(KINDS) + len(["lambda", "training-batch", "training-sagemaker"])
    assert all(one["name"] == "claim" for one in claims)


def test_every_moved_block_moves_something(moved: Moved) -> None:
    assert sum("previous_address" in one for one in moved.plan) == moved.blocks


def test_the_next_plan_is_empty(moved: Moved) -> None:
    assert [one["address"] for one in changed(moved.last_plan)] == []


def test_every_task_ends_as_it_would_have(moved: Moved, follow) -> None:
    for one in moved.asked:
        activity, _, output, error = one.job
        ended = follow(one.arn)
        assert ended.error == error, f"{activity}: {ended.cause}"
        if error is None and output is not ...:
            assert json.loads(ended.output or "null") == output
    started = Counter(one.job[0] for one in moved.asked)
    assert set(started) == set(KINDS)
    assert started["own"] > len(["before", "before", "after"])


def test_records_and_descriptions_of_before_are_read(moved: Moved, client, follow) -> None:
    arn = "arn:aws:states:eu-west-1:000000000000:activity:moving-fargate"
    now = items(client)
    described = [json.loads(table[f"activity#{arn}"]["activity"])["backend"] for table in (moved.before, now)]
    assert described == ["fargate", "ecs"]
    old = [key for key, item in moved.before.items() if "#" not in key and item.get("activity_arn") == arn]
    assert [moved.before[key]["backend"] for key in old] == ["fargate", "fargate"]
    for one in moved.asked:
        follow(one.arn)
    wait_until(lambda: [key for key in old if "poll_id" in items(client)[key]] == [], REST_SECONDS)


def test_nothing_is_left_and_nothing_was_refused(moved: Moved, client, running_cloud: str, follow) -> None:
    for one in moved.asked:
        follow(one.arn)

    def open_tasks() -> list[str]:
        return [key for key, item in items(client).items() if "#" not in key and "poll_id" in item]

    wait_until(lambda: open_tasks() == [], REST_SECONDS)
    late = refusals(running_cloud)[moved.refused :]
    assert [line for line in late if "moving-" in line] == []
    url = client("sqs").get_queue_url(QueueName="moving-dispatch-dead-letter")["QueueUrl"]
    attributes = client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "0"
