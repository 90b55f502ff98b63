"""One invocation's lineage: what is refused, what is passed on, and batches of several chains."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud

from localcloud.recursion.lineage import key_of, of_header
from recursion.relays import Relay

REPORT = """
import os
def handle(event, context):
    return os.environ["_X_AMZN_TRACE_ID"]
"""
# Leaves a line with each batch's names and lineage.
BATCH = """
import json, os
def handle(event, context):
    bodies = [json.loads(record["body"]) for record in event["Records"]]
    with open(bodies[0]["file"], "a") as file:
        line = [sorted(body["name"] for body in bodies), os.environ["_X_AMZN_TRACE_ID"]]
        file.write(json.dumps(line) + "\\n")
"""


def arn_of(name: str) -> str:
    """Return the ARN of a test's function."""
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


def test_a_call_from_outside_begins_a_chain(cloud: Cloud) -> None:
    name = cloud.function(REPORT)
    for _ in range(2):  # The second in the same environment.
        assert of_header(cloud.invoke(name)["Payload"]) == {key_of(arn_of(name)): 1}


def test_versions_and_aliases_of_a_function_count_as_one(
    cloud: Cloud, with_lineage: Callable[..., Any]
) -> None:
    name = cloud.function(REPORT)
    lambda_ = cloud.client("lambda")
    version = lambda_.publish_version(FunctionName=name)["Version"]
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client = with_lineage("lambda", f"{key_of(arn_of(name))}:4%7Caaaaaaaa:2")
    for qualifier in ("$LATEST", "live"):
        told = json.load(client.invoke(FunctionName=name, Qualifier=qualifier)["Payload"])
        assert of_header(told) == {key_of(arn_of(name)): 5, "aaaaaaaa": 2}


def test_a_synchronous_caller_is_told(cloud: Cloud, with_lineage: Callable[..., Any]) -> None:
    name = cloud.function(REPORT)
    at_the_limit = with_lineage("lambda", f"{key_of(arn_of(name))}:16")
    with pytest.raises(ClientError) as raised:
        at_the_limit.invoke(FunctionName=name)
    assert raised.value.response["Error"]["Code"] == "RecursiveInvocationException"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert not cloud.invoke(name).get("FunctionError")  # Another chain is not affected.
    lambda_ = cloud.client("lambda")
    lambda_.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    told = json.load(at_the_limit.invoke(FunctionName=name)["Payload"])
    assert of_header(told) == {key_of(arn_of(name)): 17}
    lambda_.put_function_recursion_config(FunctionName=name, RecursiveLoop="Terminate")
    with pytest.raises(ClientError, match="recursive loop"):
        at_the_limit.invoke(FunctionName=name)


def test_a_refusal_is_counted(cloud: Cloud, with_lineage: Callable[..., Any]) -> None:
    name = cloud.function(REPORT)
    with pytest.raises(ClientError, match="RecursiveInvocationException"):
        with_lineage("lambda", f"{key_of(arn_of(name))}:16").invoke(FunctionName=name)
    metrics = cloud.client("cloudwatch").list_metrics(
        Namespace="AWS/Lambda", MetricName="RecursiveInvocationsDropped"
    )["Metrics"]
    assert [{"Name": "FunctionName", "Value": name}] in [found["Dimensions"] for found in metrics]


def send_one_of_each(relay: Relay, name: str, with_lineage: Callable[..., Any], url: str) -> str:
    """Send messages of four chains, one of them at its limit; return the function's key."""
    key = key_of(arn_of(name))
    lineages = {"few": f"{key}:3", "most": f"{key}:16", "other": "aaaaaaaa:30", "none": ""}
    for message, lineage in lineages.items():
        body = json.dumps({"file": str(relay.file), "name": message})
        more = {"MessageGroupId": "one"} if url.endswith(".fifo") else {}
        with_lineage("sqs", lineage).send_message(QueueUrl=url, MessageBody=body, **more)
    relay.enable(name)
    return key


def delivered(relay: Relay) -> list[Any]:
    """Return each batch's names and lineage."""
    lines = [json.loads(line) for line in relay.file.read_text().splitlines()]
    return [(names, of_header(header)) for names, header in lines]


def test_a_batch_is_delivered_without_the_messages_at_their_limit(
    relay: Relay, with_lineage: Callable[..., Any]
) -> None:
    name = relay.cloud.function(BATCH)
    url, dead_url = relay.queue(name, enabled=False)
    key = send_one_of_each(relay, name, with_lineage, url)
    (dead,) = relay.dead(dead_url)
    assert json.loads(dead["Body"])["name"] == "most"
    assert delivered(relay) == [(["few", "none", "other"], {key: 4, "aaaaaaaa": 30})]


def test_nothing_overtakes_a_refused_message_of_a_fifo_queue(
    relay: Relay, with_lineage: Callable[..., Any]
) -> None:
    name = relay.cloud.function(BATCH)
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url, dead_url = relay.queue(name, enabled=False, **fifo)
    key = send_one_of_each(relay, name, with_lineage, url)
    names = [json.loads(dead["Body"])["name"] for dead in relay.dead(dead_url)]
    assert names == ["most", "other", "none"]
    assert delivered(relay) == [(["few"], {key: 4})]
