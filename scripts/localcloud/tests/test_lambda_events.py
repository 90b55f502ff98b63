"""Asynchronous invocations and event source mappings."""

import json
import time
from itertools import accumulate
from pathlib import Path
from statistics import median

import pytest
from cloud import Cloud, wait_for

# Signals that it is there, waits for all others, and reports whether they came.
MEET = """
import json, pathlib, time, uuid
def handle(event, context):
    event = json.loads(event["Records"][0]["body"]) if "Records" in event else event
    folder, name = pathlib.Path(event["folder"]), uuid.uuid4()
    (folder / f"came-{name}").touch()
    deadline = time.monotonic() + event.get("patience", 8)
    while len(list(folder.glob("came-*"))) < event["together"]:
        if time.monotonic() > deadline:
            (folder / f"alone-{name}").touch()
            return
        time.sleep(0.01)
    (folder / f"met-{name}").touch()
"""
# Records when each message arrives and fails those that ask for it.
PARTIAL = """
import json, pathlib, time
def handle(event, context):
    failed = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        with open(body["file"], "a") as file:
            file.write(json.dumps({"name": body["name"], "time": time.time()}) + "\\n")
        if body.get("fail"):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""


def count(folder: Path, what: str) -> int:
    """Return how many functions left such a mark."""
    return len(list(folder.glob(f"{what}-*")))


def test_asynchronous_invocations_run_concurrently(cloud: Cloud, meeting: Path) -> None:
    name = cloud.function(MEET, timeout=20)
    event = {"folder": str(meeting), "together": 8}
    for _ in range(8):
        cloud.invoke(name, event, InvocationType="Event")
    wait_for(lambda: count(meeting, "met") == 8, seconds=20)
    assert count(meeting, "came") == 8


def test_an_asynchronous_failure_is_logged_and_goes_to_its_destination(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    name = cloud.function("def handle(event, context): raise ValueError('asked for')")
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    cloud.invoke(name, {"a": 1}, InvocationType="Event")
    message = cloud.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]
    body = json.loads(message["Body"])
    assert body["requestContext"]["condition"] == "RetriesExhausted"
    assert body["requestPayload"] == {"a": 1}
    assert body["responsePayload"]["errorMessage"] == "asked for"
    wait_for(lambda: "asked for" in cloud.log(f"/aws/lambda/{name}"))
    assert cloud.log(f"/aws/lambda/{name}").count("START ") == 1


def test_asynchronous_invocations_survive_updates(cloud: Cloud, tmp_path: Path) -> None:
    code = """
import pathlib, uuid
def handle(event, context):
    (pathlib.Path(event["folder"]) / f"{event['number']}-{uuid.uuid4()}").touch()
"""
    name = cloud.function(code)
    for number in range(20):
        cloud.invoke(name, {"folder": str(tmp_path), "number": number}, InvocationType="Event")
        if number % 5 == 4:
            cloud.update(name, f"{code}# {number}")
    wait_for(lambda: len(list(tmp_path.iterdir())) == 20, seconds=20)
    assert sorted(int(mark.name.split("-")[0]) for mark in tmp_path.iterdir()) == [*range(20)]


def mapping(cloud: Cloud, code: str, visibility: int, **more: object) -> tuple[str, str]:
    """Map a queue to a function with the code; return the queue's URL and the mapping's id."""
    url, arn = cloud.queue(VisibilityTimeout=str(visibility))
    client = cloud.client("lambda")
    made = client.create_event_source_mapping(
        FunctionName=cloud.function(code, timeout=15),
        EventSourceArn=arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **more,
    )
    uuid = made["UUID"]
    wait_for(lambda: client.get_event_source_mapping(UUID=uuid)["State"] == "Enabled")
    return url, uuid


def most_at_a_time(folder: Path) -> int:
    """Return how many functions ran at the same time, by the times of their marks."""
    changes = [(mark.stat().st_mtime_ns, 1) for mark in folder.glob("came-*")]
    for what in ("met-*", "alone-*"):
        changes += [(mark.stat().st_mtime_ns, -1) for mark in folder.glob(what)]
    return max(accumulate(change for _, change in sorted(changes)))


def test_batches_run_concurrently_up_to_the_maximum(cloud: Cloud, meeting: Path) -> None:
    url, _ = mapping(cloud, MEET, 30, BatchSize=1, ScalingConfig={"MaximumConcurrency": 3})
    body = json.dumps({"folder": str(meeting), "together": 4, "patience": 1.5})
    for _ in range(4):
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    # Three wait in vain for the fourth, which arrives after one of them has left.
    wait_for(lambda: count(meeting, "alone") + count(meeting, "met") == 4, seconds=20)
    assert most_at_a_time(meeting) == 3


def test_a_message_reaches_the_function_at_once(cloud: Cloud, tmp_path: Path) -> None:
    url, _ = mapping(cloud, PARTIAL, 30, BatchSize=10)
    file = tmp_path / "notes"

    def latency(name: str) -> float:
        sent = time.time()
        body = json.dumps({"file": str(file), "name": name})
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
        wait_for(lambda: file.exists() and name in file.read_text())
        return float(json.loads(file.read_text().splitlines()[-1])["time"]) - sent

    latency("cold")
    latencies = [latency(f"warm{number}") for number in range(5)]
    print("message to function, in seconds:", latencies)
    assert median(latencies) < 0.3


def test_failed_messages_are_redelivered_after_their_visibility_timeout(
    cloud: Cloud, tmp_path: Path
) -> None:
    url, _ = mapping(cloud, PARTIAL, 2, BatchSize=10)
    file = tmp_path / "notes"
    client = cloud.client("sqs")
    for name in ("good", "bad"):
        body = json.dumps({"file": str(file), "name": name, "fail": name == "bad"})
        client.send_message(QueueUrl=url, MessageBody=body)

    def notes(name: str) -> list[float]:
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        return [line["time"] for line in lines if line["name"] == name]

    wait_for(lambda: file.exists() and len(notes("bad")) == 2)
    assert 1.8 < notes("bad")[1] - notes("bad")[0] < 5
    assert len(notes("good")) == 1


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_a_mapping_ends_quickly(cloud: Cloud, end: str) -> None:
    _, uuid = mapping(cloud, PARTIAL, 30)
    client = cloud.client("lambda")
    if end == "disable":
        client.update_event_source_mapping(UUID=uuid, Enabled=False)
        state = "Disabled"
    else:
        client.delete_event_source_mapping(UUID=uuid)
        state = "gone"

    def now() -> str:
        try:
            return str(client.get_event_source_mapping(UUID=uuid)["State"])
        except client.exceptions.ResourceNotFoundException:
            return "gone"

    wait_for(lambda: now() == state, seconds=5)


def test_a_function_is_deleted_quickly(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context): return 1")
    cloud.invoke(name)
    begun = time.monotonic()
    cloud.client("lambda").delete_function(FunctionName=name)
    assert time.monotonic() - begun < 1
