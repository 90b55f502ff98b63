"""Functions that pass a message on, each time by the next of its hops."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud import Cloud, stays, wait_for

# The message names its hops, and the file in which each invocation leaves a line.
RELAY = """
import json, boto3

def message_in(event):
    if "file" in event:
        return event
    record = event.get("Records", [{}])[0]
    for text in (record.get("body"), record.get("Sns", {}).get("Message"), event.get("Message")):
        if text:
            return message_in(json.loads(text))
    if "s3" in record:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        return json.load(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"])
    return event.get("detail")

def send(how, where, body):
    client = boto3.client(how)
    if how == "sqs":
        more = {"MessageGroupId": "one"} if where.endswith(".fifo") else {}
        client.send_message(QueueUrl=where, MessageBody=body, **more)
    elif how == "lambda":
        client.invoke(FunctionName=where, Payload=body, InvocationType="Event")
    elif how == "sns":
        client.publish(TopicArn=where, Message=body)
    elif how == "s3":
        client.put_object(Bucket=where, Key=str(hash(body)), Body=body)
    elif how == "events":
        entry = {"Source": where, "DetailType": "turn", "Detail": body}
        client.put_events(Entries=[entry])

def handle(event, context):
    message = message_in(event)
    if message is None:  # S3 tells a new receiver that it will send there.
        return
    with open(message["file"], "a") as file:
        file.write(f"{context.function_name} {message['left']}\\n")
    if message["left"]:
        how, where = message["hops"][0]
        message["hops"].append(message["hops"].pop(0))
        message["left"] -= 1
        send(how, where, json.dumps(message))
"""


@dataclass(frozen=True, kw_only=True)
class Relay:
    """The cloud, and the file of the turns."""

    cloud: Cloud
    file: Path

    def function(self) -> str:
        """Deploy a function that passes messages on."""
        return self.cloud.function(RELAY)

    def queue(self, function: str, *, enabled: bool = True, **attributes: str) -> tuple[str, str]:
        """Create a queue that invokes the function; return its URL, and its dead letters'."""
        fifo = {"FifoQueue": "true"} if "FifoQueue" in attributes else {}
        dead_url, dead_arn = self.cloud.queue(**fifo)
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "2"})
        settings = {"VisibilityTimeout": "1", "RedrivePolicy": redrive, **attributes}
        url, arn = self.cloud.queue(**settings)
        self.cloud.client("lambda").create_event_source_mapping(
            FunctionName=function, EventSourceArn=arn, Enabled=enabled
        )
        return url, dead_url

    def queue_arn(self, url: str) -> str:
        """Return the queue's ARN."""
        client = self.cloud.client("sqs")
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])

    def enable(self, function: str) -> None:
        """Begin to deliver what waits in the function's queue."""
        client = self.cloud.client("lambda")
        (mapping,) = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def message(self, hops: Sequence[tuple[str, str]], turns: int = 40) -> dict[str, Any]:
        """Return a message that is passed on this many times if nothing stops it."""
        return {"file": str(self.file), "left": turns - 1, "hops": list(hops)}

    def start(self, function: str, message: object) -> None:
        """Begin a chain from outside."""
        self.cloud.invoke(function, message, InvocationType="Event")

    def turns(self, function: str) -> int:
        """How often a message has come to the function, not counting second deliveries."""
        text = self.file.read_text() if self.file.exists() else ""
        return len({line for line in text.splitlines() if line.split()[0] == function})

    def ends_after(self, function: str, turns: int) -> bool:
        """Return whether the function has this many turns, and no more."""
        wait_for(lambda: self.turns(function) >= turns, seconds=30)
        return stays(lambda: self.turns(function), turns, seconds=2)

    def dead(self, url: str) -> list[Any]:
        """Wait for dead letters, and return them."""
        client = self.cloud.client("sqs")
        return wait_for(
            lambda: client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"),
            seconds=30,
            every=0.2,
        )
