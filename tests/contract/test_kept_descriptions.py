"""What every task table promises about the descriptions that tasks are started with."""

from dataclasses import replace

import boto3
import pytest

from activity_dispatch.domain.activities import Activity, InvalidActivity
from activity_dispatch.domain.tasks import Task

TASK = Task(
    activity_arn="arn:aws:states:eu-west-1:000000000000:activity:work",
    token="token",
    input="{}",
    heartbeat_seconds=60,
)
ACTIVITY = Activity(
    arn=TASK.activity_arn,
    name="work",
    backend="batch",
    config={"job_queue": "queue", "sizes": [1, 2.5]},
    heartbeat_seconds=60,
    timeout_seconds=600,
    allowed_overrides=("command",),
    max_concurrent_jobs=3,
)


def test_a_description_is_kept_under_its_fingerprint(table) -> None:
    assert table.description(ACTIVITY.fingerprint) is None
    table.keep_description(ACTIVITY)
    table.keep_description(ACTIVITY)
    assert table.description(ACTIVITY.fingerprint) == ACTIVITY
    changed = replace(ACTIVITY, config={"job_queue": "other"})
    assert table.description(changed.fingerprint) is None
    assert table.overview().activities == ()


def test_a_record_names_the_description_of_its_start(table) -> None:
    table.add(replace(TASK, poll_id="6742f00000000001", description=ACTIVITY.fingerprint), "batch")
    assert table.get(TASK.task_id).description == ACTIVITY.fingerprint
    assert table.overview().tasks[0].description == ACTIVITY.fingerprint
    assert table.of_poll("6742f00000000001").description == ACTIVITY.fingerprint
    assert table.get(TASK.task_id).to_task().description == ACTIVITY.fingerprint


def test_a_waiting_task_gets_its_description_when_it_is_taken(table) -> None:
    table.park(TASK, "batch")
    assert table.get(TASK.task_id).description is None
    assert table.unpark(TASK.task_id, "6742f00000000001", holds_slot=False, description=ACTIVITY.fingerprint)
    assert table.get(TASK.task_id).description == ACTIVITY.fingerprint


def item_of(activity: Activity) -> dict:
    key = {"task_id": {"S": f"description#{activity.fingerprint}"}}
    return boto3.client("dynamodb").get_item(TableName="tasks", Key=key)["Item"]


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_a_description_outlives_its_tasks_and_lives_longer_when_it_is_kept_again(table) -> None:
    now = 1_000_000.0
    table = replace(table, clock=lambda: now)
    table.keep_description(ACTIVITY)
    day = 86_400
    assert int(item_of(ACTIVITY)["expires_at"]["N"]) == now + ACTIVITY.timeout_seconds + (7 + 2) * day
    now += day
    table.keep_description(ACTIVITY)
    assert int(item_of(ACTIVITY)["expires_at"]["N"]) == now + ACTIVITY.timeout_seconds + (7 + 2) * day


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_a_forged_description_is_refused(table) -> None:
    table.keep_description(ACTIVITY)
    forged = {**item_of(ACTIVITY), "activity": {"S": replace(ACTIVITY, backend="ecs").to_json()}}
    boto3.client("dynamodb").put_item(TableName="tasks", Item=forged)
    with pytest.raises(InvalidActivity, match="fingerprint"):
        table.description(ACTIVITY.fingerprint)
