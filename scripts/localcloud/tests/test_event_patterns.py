"""Event patterns: alternatives of one field, and of several."""

import json
from typing import Any

import pytest
from cloud import Cloud, unique, wait_for

DEFINITIONS = "arn:aws:batch:us-east-1:000000000000:job-definition/"
MIXED = {"detail": {"jobDefinition": ["exact", {"prefix": f"{DEFINITIONS}studio-"}]}}
EITHER = {
    "source": ["aws.batch"],
    "detail": {
        "status": ["FAILED", "SUCCEEDED"],
        "$or": [
            {"jobDefinition": [{"prefix": f"{DEFINITIONS}studio-"}]},
            {"jobQueue": ["mine", {"suffix": "/shared"}]},
        ],
    },
}


def event(**detail: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "version": "0",
        "source": "aws.batch",
        "detail-type": "Batch Job State Change",
        "account": "000000000000",
        "region": "us-east-1",
        "time": "2026-01-01T00:00:00Z",
        "resources": [],
        "detail": detail,
    }


@pytest.mark.parametrize(
    ("pattern", "detail", "fits"),
    [
        (MIXED, {"jobDefinition": "exact"}, True),
        (MIXED, {"jobDefinition": f"{DEFINITIONS}studio-film:1"}, True),
        (MIXED, {"jobDefinition": f"{DEFINITIONS}other:1"}, False),
        (MIXED, {"jobDefinition": "exactly"}, False),
        (EITHER, {"status": "FAILED", "jobDefinition": f"{DEFINITIONS}studio-film:1"}, True),
        (EITHER, {"status": "FAILED", "jobDefinition": "x", "jobQueue": "mine"}, True),
        (EITHER, {"status": "FAILED", "jobQueue": "queue/shared"}, True),
        (EITHER, {"status": "RUNNING", "jobQueue": "mine"}, False),
        (EITHER, {"status": "FAILED", "jobQueue": "yours"}, False),
        (EITHER, {"status": "FAILED"}, False),
    ],
)
def test_an_event_fits(cloud: Cloud, pattern: Any, detail: Any, fits: bool) -> None:
    answer = cloud.client("events").test_event_pattern(
        EventPattern=json.dumps(pattern), Event=json.dumps(event(**detail))
    )
    assert answer["Result"] is fits


@pytest.mark.parametrize("pattern", [MIXED, EITHER])
def test_a_rule_delivers_what_fits(cloud: Cloud, pattern: Any) -> None:
    url, arn = cloud.queue()
    cloud.open_to(url, arn, "events")
    client, rule, source = cloud.client("events"), unique("rule"), unique("source")
    client.put_rule(Name=rule, EventPattern=json.dumps({**pattern, "source": [source]}))
    client.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    for name in ("other", "studio-film"):
        detail = {"status": "FAILED", "jobDefinition": f"{DEFINITIONS}{name}:1"}
        entry = {"Source": source, "DetailType": "any", "Detail": json.dumps(detail)}
        client.put_events(Entries=[entry])
    receive = cloud.client("sqs").receive_message
    (message,) = wait_for(lambda: receive(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    assert "studio-film" in json.loads(message["Body"])["detail"]["jobDefinition"]
    assert not receive(QueueUrl=url).get("Messages")
