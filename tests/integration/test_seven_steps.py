"""A task's life, step by step, with the steps numbered as in the issue."""

import hashlib
import json
import re

import pytest

from activity_dispatch.domain.tasks import task_id_of

TEXT = ("It was the best of times, it was the worst of times,\n" * 1000).encode()


@pytest.fixture(scope="module")
def ended(client, stack, follow):
    """One execution on a text, at its end."""
    source = f"s3://{stack.data_bucket}/seven-steps.txt"
    client("s3").put_object(Bucket=stack.data_bucket, Key="seven-steps.txt", Body=TEXT)
    arn = client("stepfunctions").start_execution(
        stateMachineArn=stack.state_machines["lambda"], input=json.dumps({"source": source})
    )["executionArn"]
    return follow(arn)


def details(ended, kind: str, name: str) -> list[dict]:
    return [event[name] for event in ended.events if event["type"] == kind]


def position(ended, kind: str) -> int:
    return [event["type"] for event in ended.events].index(kind)


def source(stack) -> str:
    return f"s3://{stack.data_bucket}/seven-steps.txt"


def test_1_prepare_gets_the_executions_input(ended, stack) -> None:
    first = details(ended, "TaskScheduled", "taskScheduledEventDetails")[0]
    assert first["resource"] == "invoke"
    parameters = json.loads(first["parameters"])
    assert parameters["FunctionName"].split(":")[-1].endswith("-prepare")
    assert parameters["Payload"] == {"source": source(stack)}


def test_2_the_activity_gets_what_prepare_returns(ended, stack) -> None:
    scheduled = details(ended, "ActivityScheduled", "activityScheduledEventDetails")
    assert len(scheduled) == 1
    envelope = json.loads(scheduled[0]["input"])
    assert envelope["execution_arn"] == ended.arn
    job_input = envelope["input"]
    assert job_input["source"] | {"etag": ""} == {
        "bucket": stack.data_bucket,
        "key": "seven-steps.txt",
        "etag": "",
        "bytes": len(TEXT),
    }
    assert job_input["result"]["key"] == "seven-steps.txt.statistics.json"


def test_3_the_dispatch_is_requested_just_before_the_activity_is_scheduled(ended, stack) -> None:
    requests = [
        json.loads(detail["parameters"])
        for detail in details(ended, "TaskScheduled", "taskScheduledEventDetails")
        if detail["resource"] == "sendMessage"
    ]
    assert [request["MessageBody"]["activity_arn"] for request in requests] == [stack.activities["lambda"]]
    assert requests[0]["MessageBody"]["execution_arn"] == ended.arn
    requested = next(
        event for event in ended.events
        if event.get("taskScheduledEventDetails", {}).get("resource") == "sendMessage"
    )  # fmt: skip
    started = ended.events[position(ended, "ActivityStarted")]
    assert requested["id"] < ended.events[position(ended, "ActivityScheduled")]["id"]
    # No timer: polled for within seconds, although nobody polled before.
    assert (started["timestamp"] - requested["timestamp"]).total_seconds() < 10


def test_3_nothing_polls_when_there_is_no_work(client, stack, log_lines) -> None:
    mapping = client("lambda").list_event_source_mappings(FunctionName=stack.functions["dispatcher"]["arn"])[
        "EventSourceMappings"
    ]
    assert [m["EventSourceArn"].split(":")[2] for m in mapping] == ["sqs"]
    # A schedule starts only the reconciler, whose role may not poll.
    found = client("events").list_rules(NamePrefix="first-light-")["Rules"]
    rules = [rule for rule in found if "ScheduleExpression" in rule]
    assert {rule["Name"].rpartition("-")[2] for rule in rules} == {"reconciler"}
    iam, role = client("iam"), "first-light-reconciler"
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        assert "GetActivityTask" not in document


def test_4_the_dispatcher_gets_token_and_input_from_the_activity(ended, client, stack) -> None:
    started = details(ended, "ActivityStarted", "activityStartedEventDetails")
    assert len(started) == 1
    assert re.match("[0-9a-f]{16} dispatcher ", started[0]["workerName"])


def test_5_the_dispatcher_starts_the_function_once(ended, log_lines, stack) -> None:
    lines = log_lines(stack.functions["dispatcher"]["log_group_name"])
    assert any("started: lambda job" in line for line in lines)


def test_6_process_does_the_work_and_returns_its_result_to_the_activity(ended) -> None:
    (succeeded,) = details(ended, "ActivitySucceeded", "activitySucceededEventDetails")
    output = json.loads(succeeded["output"])
    assert (output["lines"], output["words"], output["distinct_words"]) == (1000, 12_000, 8)
    assert output["sha256"] == hashlib.sha256(TEXT).hexdigest()


def test_7_publish_turns_the_activitys_output_into_the_executions(ended, client, stack) -> None:
    assert ended.status == "SUCCEEDED"
    output = json.loads(ended.output)
    (succeeded,) = details(ended, "ActivitySucceeded", "activitySucceededEventDetails")
    assert output["summary"] == json.loads(succeeded["output"])
    assert output["result"] == f"{source(stack)}.statistics.json"
    result = client("s3").get_object(Bucket=stack.data_bucket, Key="seven-steps.txt.statistics.json")
    statistics = json.loads(result["Body"].read())
    assert statistics["commonest"][0] == {"word": "of", "count": 2000}


def test_the_task_table_has_the_tasks_outcome_and_no_token(ended, client, stack) -> None:
    items = client("dynamodb").scan(TableName=stack.task_table)["Items"]
    # Other items of the table have a prefix and a # before their name.
    tasks = [item for item in items if "#" not in item["task_id"]["S"]]
    assert tasks
    for item in tasks:
        assert "token" not in item or item["state"]["S"] != "settled"
    assert all(len(item["task_id"]["S"]) == len(task_id_of("x")) for item in tasks)
