"""The permissions that requests to EventBridge need."""

import json
from typing import Any

import pytest
from cloud import Cloud, unique, wait_for

from iam.refusals import PLACE, refused


@pytest.fixture
def bus(cloud: Cloud) -> str:
    return str(cloud.client("events").create_event_bus(Name=unique("bus"))["EventBusArn"])


def entry(bus: str, source: str = "mine") -> dict[str, str]:
    return {"EventBusName": bus, "Source": source, "DetailType": "Told", "Detail": "{}"}


def test_each_event_needs_the_permission_on_its_bus(grant: Any, bus: str) -> None:
    client = grant("events:PutEvents", on=bus)("events")
    assert client.put_events(Entries=[entry(bus)])["FailedEntryCount"] == 0
    assert client.put_events(Entries=[entry(bus.rpartition("/")[2])])["FailedEntryCount"] == 0
    default = f"arn:aws:events:{PLACE}:event-bus/default"
    for entries in ([entry(default)], [entry(bus), entry("default")]):
        code, message = refused(client.put_events, Entries=entries)
        assert code == "AccessDeniedException"
        assert f"events:PutEvents on resource: {default}" in message


def test_the_permission_may_be_limited_to_a_source(grant: Any, bus: str) -> None:
    mine = {"StringEquals": {"events:source": "mine"}}
    client = grant("events:PutEvents", on=bus, Condition=mine)("events")
    client.put_events(Entries=[entry(bus), entry(bus)])
    refused(client.put_events, Entries=[entry(bus), entry(bus, "another")])


def test_a_bus_delivers_to_the_targets_of_its_own_rules(cloud: Cloud, bus: str) -> None:
    url, arn = cloud.queue()
    cloud.open_to(url, arn, "events")
    client, rule = cloud.client("events"), unique("rule")
    name = bus.rpartition("/")[2]
    pattern = {"source": ["mine"], "detail-type": ["Told"], "detail": {"status": ["failed"]}}
    client.put_rule(Name=rule, EventBusName=name, EventPattern=json.dumps(pattern))
    client.put_targets(Rule=rule, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
    failed, succeeded = ({"status": status} for status in ("failed", "succeeded"))
    told = [{**entry(bus), "Detail": json.dumps(detail)} for detail in (succeeded, failed)]
    # The default bus has no such rule.
    client.put_events(Entries=[*told, {**told[1], "EventBusName": "default"}])
    receive = cloud.client("sqs").receive_message
    (message,) = wait_for(lambda: receive(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"], event["detail"]) == ("mine", "Told", failed)
    assert not receive(QueueUrl=url).get("Messages")
