"""Faulty requests fail like a service's own, and only requests from inside the cloud."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud, unique

from faults.conftest import Breaker

type Inside = Callable[[str], Any]


@pytest.mark.parametrize(
    ("service", "operation", "fault", "code", "status"),
    [
        ("stepfunctions", "list_activities", "throttle", "ThrottlingException", 400),
        ("lambda", "list_functions", "throttle", "TooManyRequestsException", 429),
        ("sqs", "list_queues", "throttle", "RequestThrottled", 403),
        ("s3", "list_buckets", "throttle", "SlowDown", 503),
        ("dynamodb", "list_tables", "error", "InternalServerError", 500),
        ("s3", "list_buckets", "error", "InternalError", 500),
        ("ecs", "list_clusters", "error", "ServerException", 500),
        ("batch", "list_jobs", "throttle", "TooManyRequestsException", 429),
    ],
)
def test_a_request_from_inside_is_refused_in_the_services_own_code(
    breaker: Breaker,
    inside: Inside,
    service: str,
    operation: str,
    fault: str,
    code: str,
    status: int,
) -> None:
    breaker.rule(service, "List*", fault)
    with pytest.raises(ClientError) as caught:
        getattr(inside(service), operation)(**({"jobQueue": "any"} if service == "batch" else {}))
    response: Any = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (
        code,
        status,
    )
    assert [item[2:] for item in breaker.injected()] == [(fault, 1)]


def test_a_request_from_outside_meets_no_fault(breaker: Breaker, cloud: Cloud) -> None:
    breaker.rule("*", "*", "error")
    cloud.client("sqs").list_queues()
    cloud.function("def handle(event, context): ...")
    assert breaker.injected() == []


def test_a_functions_own_request_meets_faults(breaker: Breaker, cloud: Cloud) -> None:
    code = (
        "import boto3\nfrom botocore.config import Config\n"
        "def handle(event, context):\n"
        "    client = boto3.client('stepfunctions', config=Config(retries={'max_attempts': 0}))\n"
        "    client.list_activities()\n"
    )
    name = cloud.function(code)
    assert "FunctionError" not in cloud.invoke(name)
    breaker.rule("stepfunctions", "ListActivities", "throttle")
    assert "ThrottlingException" in cloud.invoke(name)["Payload"]["errorMessage"]


def test_a_delayed_request_is_answered_late(breaker: Breaker, inside: Inside) -> None:
    client = inside("sqs")
    breaker.rule("sqs", "ListQueues", "delay", seconds=1.5)
    begun = time.monotonic()
    client.list_queues()
    assert time.monotonic() - begun >= 1.5


def test_a_request_whose_answer_is_lost_is_carried_out(
    breaker: Breaker, inside: Inside, cloud: Cloud
) -> None:
    url, _ = cloud.queue()
    client = inside("sqs")
    breaker.rule("sqs", "SendMessage", "lose_answer")
    with pytest.raises(ClientError) as caught:
        client.send_message(QueueUrl=url, MessageBody="told")
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 500
    (message,) = cloud.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "told"


def test_a_duplicate_is_carried_out_twice(breaker: Breaker, inside: Inside, cloud: Cloud) -> None:
    url, _ = cloud.queue()
    client = inside("sqs")
    breaker.rule("sqs", "SendMessage", "duplicate")
    client.send_message(QueueUrl=url, MessageBody="told")
    got = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in got] == ["told", "told"]
    assert breaker.injected() == [("sqs", "SendMessage", "duplicate", 1)]


def test_the_second_outcome_of_a_task_is_refused(
    breaker: Breaker, inside: Inside, cloud: Cloud
) -> None:
    activity = cloud.activity()
    execution = cloud.start({"Type": "Task", "Resource": activity, "HeartbeatSeconds": 60})
    token = cloud.take(activity)
    client = inside("stepfunctions")
    breaker.rule("stepfunctions", "SendTaskSuccess", "duplicate")
    with pytest.raises(ClientError) as caught:
        client.send_task_success(taskToken=token, output="1")
    assert caught.value.response["Error"]["Code"] == "TaskTimedOut"
    assert cloud.ended(execution)["output"] == "1"


def test_delete_ends_the_plan_and_reports_its_faults(breaker: Breaker, inside: Inside) -> None:
    breaker.rule("sqs", "ListQueues", "delay", seconds=0.01)
    inside("sqs").list_queues()
    _, report = breaker.call("DELETE", "faults")
    assert [item["times"] for item in report["injected"]] == [1]
    inside("sqs").list_queues()
    assert breaker.injected() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rules": []},
        {"rules": [{"service": "sqs"}]},
        {"seed": "x", "rules": [{"service": "*", "probability": 1, "fault": "error"}]},
        ["rules"],
    ],
)
def test_an_invalid_plan_is_refused(breaker: Breaker, body: object) -> None:
    status, answer = breaker.call("POST", "faults", body)
    assert status == 400
    assert answer["error"]


def test_an_event_and_a_batch_are_delivered_twice(breaker: Breaker, cloud: Cloud) -> None:
    lines = "def handle(event, context):\n    print('SEEN')\n"
    by_event, by_queue = cloud.function(lines), cloud.function(lines)
    url, queue = cloud.queue()
    cloud.client("lambda").create_event_source_mapping(FunctionName=by_queue, EventSourceArn=queue)
    events, rule = cloud.client("events"), unique("rule")
    events.put_rule(Name=rule, EventPattern='{"source": ["test.twice"]}')
    function = cloud.client("lambda").get_function(FunctionName=by_event)["Configuration"][
        "FunctionArn"
    ]
    cloud.client("lambda").add_permission(
        FunctionName=by_event,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    events.put_targets(Rule=rule, Targets=[{"Id": "it", "Arn": function}])
    for service in ("events", "sqs"):
        breaker.rule(service, "Deliver", "duplicate")
        if service == "sqs":
            cloud.client("sqs").send_message(QueueUrl=url, MessageBody="m")
        else:
            events.put_events(Entries=[{"Source": "test.twice", "DetailType": "t", "Detail": "{}"}])
        _seen_twice(cloud, by_event if service == "events" else by_queue)
        assert breaker.injected() == [(service, "Deliver", "duplicate", 1)]


def _seen_twice(cloud: Cloud, function: str) -> None:
    deadline = time.monotonic() + 15
    while cloud.log(f"/aws/lambda/{function}").count("SEEN") < 2:
        assert time.monotonic() < deadline, cloud.log(f"/aws/lambda/{function}")
        time.sleep(0.05)
