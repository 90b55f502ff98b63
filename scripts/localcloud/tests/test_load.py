"""Fifty concurrent executions, each through all the parts that the product uses."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloud import Cloud, unique, wait_for

EXECUTIONS = 50
LIMIT_SECONDS = 40

PASS_ON = "def handle(event, context): return event"
# Takes as many tasks as there are requests, and passes each to the processing function.
DISPATCH = """
import json, os
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config
once = Config(read_timeout=65, retries={"total_max_attempts": 1}, max_pool_connections=10)
states, functions = boto3.client("stepfunctions", config=once), boto3.client("lambda", config=once)
pool = ThreadPoolExecutor(10)
def dispatch(record):
    task = states.get_activity_task(activityArn=os.environ["ACTIVITY"])
    functions.invoke(
        FunctionName=os.environ["PROCESS"], InvocationType="Event",
        Payload=json.dumps({"token": task["taskToken"], "input": json.loads(task["input"])}),
    )
def handle(event, context):
    list(pool.map(dispatch, event["Records"]))
    return {"batchItemFailures": []}
"""
PROCESS = """
import json, os
import boto3
states, table = boto3.client("stepfunctions"), boto3.client("dynamodb")
def handle(event, context):
    table.update_item(
        TableName=os.environ["TABLE"], Key={"id": {"S": str(event["input"]["number"])}},
        UpdateExpression="ADD times :one", ExpressionAttributeValues={":one": {"N": "1"}},
    )
    states.send_task_heartbeat(taskToken=event["token"])
    states.send_task_success(taskToken=event["token"], output=json.dumps(event["input"]))
"""


def environment(**variables: str) -> dict[str, Any]:
    """Return the Environment argument of CreateFunction."""
    return {"Environment": {"Variables": variables}}


@pytest.fixture
def table(cloud: Cloud) -> str:
    """Counts how often each task was processed."""
    name = unique("times")
    cloud.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return name


@pytest.fixture
def machine(cloud: Cloud, table: str) -> str:
    """A state machine of the product's shape, with its dispatcher."""
    activity, (url, queue) = cloud.activity(), cloud.queue(VisibilityTimeout="90")
    process = cloud.function(PROCESS, timeout=60, **environment(TABLE=table))
    dispatch = cloud.function(
        DISPATCH, timeout=80, **environment(ACTIVITY=activity, PROCESS=process)
    )
    cloud.client("lambda").create_event_source_mapping(
        FunctionName=dispatch,
        EventSourceArn=queue,
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 5},
    )
    branch = _branch(url, activity)
    parallel = {"Type": "Parallel", "Branches": [branch], "OutputPath": "$[0]", "Next": "Publish"}
    return cloud.machine(
        {
            "StartAt": "Prepare",
            "States": {
                "Prepare": {**_call(cloud.function(PASS_ON)), "Next": "Process"},
                "Process": parallel,
                "Publish": {**_call(cloud.function(PASS_ON)), "End": True},
            },
        }
    )


def _branch(url: str, activity: str) -> dict[str, Any]:
    request = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody": {"activity": activity}},
        "ResultPath": None,
        "Next": "Activity",
    }
    work = {"Type": "Task", "Resource": activity, "HeartbeatSeconds": 120, "End": True}
    return {"StartAt": "Request", "States": {"Request": request, "Activity": work}}


@pytest.mark.load
def test_fifty_concurrent_executions_succeed(cloud: Cloud, machine: str, table: str) -> None:
    begun = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        executions = list(
            pool.map(lambda number: cloud.execute(machine, {"number": number}), range(EXECUTIONS))
        )
    running = set(executions)

    def all_ended() -> bool:
        running.difference_update([arn for arn in running if cloud.status(arn) != "RUNNING"])
        return not running

    wait_for(all_ended, LIMIT_SECONDS, every=0.2)
    print(f"{EXECUTIONS} executions in {time.monotonic() - begun:.1f} s")
    ended = [cloud.describe(execution) for execution in executions]
    assert Counter(execution["status"] for execution in ended) == {"SUCCEEDED": EXECUTIONS}
    numbers = [json.loads(execution["output"])["number"] for execution in ended]
    assert numbers == list(range(EXECUTIONS))
    counts = cloud.client("dynamodb").scan(TableName=table)["Items"]
    assert [item["times"]["N"] for item in counts] == ["1"] * EXECUTIONS, "each exactly once"


def _call(function: str) -> dict[str, str]:
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    return {"Type": "Task", "Resource": arn}
