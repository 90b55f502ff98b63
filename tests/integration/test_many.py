"""Many executions at once: all succeed, each is processed once."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.integration.helpers import wait_until


@pytest.mark.parametrize("count", [50, 200])
def test_all_executions_succeed_and_each_is_processed_once(client, stack, log_lines, count: int) -> None:
    stepfunctions, s3 = client("stepfunctions"), client("s3")

    def start(number: int) -> Any:
        key = f"many-{count}/{number}.txt"
        s3.put_object(Bucket=stack.data_bucket, Key=key, Body=f"text number {number}\n".encode())
        return stepfunctions.start_execution(
            stateMachineArn=stack.state_machines["lambda"],
            input=json.dumps({"source": f"s3://{stack.data_bucket}/{key}"}),
        )["executionArn"]

    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(start, range(count)))

    def statuses() -> Counter:
        return Counter(stepfunctions.describe_execution(executionArn=arn)["status"] for arn in arns)

    wait_until(lambda: "RUNNING" not in statuses(), seconds=180)
    assert statuses() == {"SUCCEEDED": count}
    lines = log_lines(stack.functions["process"]["log_group_name"])
    reads = Counter(
        part.split("/")[-1] for line in lines for part in line.split() if f"/many-{count}/" in part
    )
    assert len(reads) == count
    assert set(reads.values()) == {1}


@pytest.mark.parametrize("backend", ["fargate", "batch"])
def test_100_containers_at_once_each_settle_once(client, stack, follow, backend: str) -> None:
    stepfunctions = client("stepfunctions")
    client("s3").put_object(Bucket=stack.data_bucket, Key="many.txt", Body=b"text")
    document = {"source": f"s3://{stack.data_bucket}/many.txt", "job": {"command": ["echo", "1"]}}
    arns = [
        stepfunctions.start_execution(
            stateMachineArn=stack.state_machines[backend], input=json.dumps(document)
        )["executionArn"]
        for _ in range(100)
    ]
    ended = [follow(arn) for arn in arns]
    assert Counter(one.status for one in ended) == {"SUCCEEDED": 100}
    kinds = Counter(event["type"] for one in ended for event in one.events)
    assert kinds["ActivityStarted"] == kinds["ActivitySucceeded"] == 100


def test_a_fan_out_merges_the_results_of_its_jobs(client, stack, follow, put_text) -> None:
    sources = [put_text(f"text number {number}\n".encode()) for number in range(12)]
    arn = client("stepfunctions").start_execution(
        stateMachineArn=stack.examples["fan-out"], input=json.dumps({"sources": sources})
    )["executionArn"]
    ended = follow(arn)
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    summary = json.loads(ended.output)["summary"]
    assert (summary["texts"], summary["lines"], summary["words"]) == (12, 12, 36)
    assert summary["results"] == [f"{source}.statistics.json" for source in sources]


def test_no_request_for_an_activity_of_the_stack_ends_in_the_dead_letter_queue(client, stack) -> None:
    messages = (
        client("sqs")
        .receive_message(QueueUrl=stack.dead_letter_queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        .get("Messages", [])
    )
    # Those for an unknown activity (test_bad_input) belong there.
    arns = [json.loads(message["Body"])["activity_arn"] for message in messages]
    assert [arn for arn in arns if arn in stack.activities.values()] == []
