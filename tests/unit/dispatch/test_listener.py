"""The listener turns log lines into dispatch requests."""

import base64
import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activity_dispatch.dispatch.listener import InvalidLogEvent, Listener, scheduled
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import client_error

# As Step Functions writes it with log level ALL and without execution data.
LINE: dict[str, Any] = {
    "id": "3",
    "previous_event_id": "2",
    "event_timestamp": "1700000000000",
    "type": "ActivityScheduled",
    "execution_arn": "arn:aws:states:eu-west-1:000000000000:execution:machine:name",
    "details": {"resource": ARN, "timeoutInSeconds": "3600", "heartbeatInSeconds": "180"},
}


def event(*lines: str, message_type: str = "DATA_MESSAGE") -> dict[str, Any]:
    document = {
        "messageType": message_type,
        "logGroup": "/aws/vendedlogs/states/machine",
        "logEvents": [
            {"id": str(number), "timestamp": 1, "message": line} for number, line in enumerate(lines)
        ],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()}}


@pytest.fixture
def listener(stack) -> Listener:
    stack.change_activity(wake_up=WakeUp.LOGS)
    return Listener(activities=ActivityCatalog(source=stack.tasks), requests=stack.sqs.sender())


def test_each_scheduled_task_sends_a_request(stack, listener) -> None:
    other = {**LINE, "type": "ActivityStarted"}
    lines = [json.dumps(line) for line in (LINE, other, LINE)]
    assert listener.handle(event(*lines)) == 2
    asked = {"execution_arn": LINE["execution_arn"], "state_entered_at": "2023-11-14T22:13:20+00:00"}
    assert [json.loads(body) for body in stack.sqs.bodies] == [{"activity_arn": ARN, **asked}] * 2
    assert stack.sqs.delays == [0, 0]


def test_a_request_is_delayed_while_workers_come_first(stack, listener) -> None:
    stack.change_activity(overflow_after_seconds=30)
    assert listener.handle(event(json.dumps(LINE))) == 1
    assert stack.sqs.delays == [30]


@pytest.mark.parametrize("time", [None, 3, "", "soon", "9" * 400, "٣"])
def test_a_line_without_a_timestamp_sends_a_request_without_one(stack, listener, time: object) -> None:
    assert listener.handle(event(json.dumps({**LINE, "event_timestamp": time, "execution_arn": 3}))) == 1
    assert [json.loads(body).get("execution_arn") for body in stack.sqs.bodies] == [None]


def test_every_task_of_a_large_batch_gets_its_request(stack, listener) -> None:
    assert listener.handle(event(*[json.dumps({**LINE, "id": str(n)}) for n in range(25)])) == 25
    assert len(stack.sqs.bodies) == 25


@pytest.mark.parametrize("mode", [WakeUp.REQUESTS, WakeUp.POLL])
def test_activities_with_another_wake_up_are_ignored(stack, listener, mode: WakeUp) -> None:
    stack.change_activity(wake_up=mode)
    assert listener.handle(event(json.dumps(LINE))) == 0


def test_activities_of_another_stack_are_ignored(stack, listener) -> None:
    line = {**LINE, "details": {"resource": ARN + "-other"}}
    assert listener.handle(event(json.dumps(line))) == 0
    assert stack.sqs.bodies == []


@pytest.mark.parametrize(
    "line",
    [
        "ActivityScheduled",
        '["ActivityScheduled"]',
        json.dumps({"type": "Other", "details": {"text": "ActivityScheduled"}}),
        json.dumps({**LINE, "details": None}),
        json.dumps({**LINE, "details": {"resource": 3}}),
        "[" * 100_000 + '"ActivityScheduled"',
    ],
)
def test_other_lines_are_skipped(listener, line: str) -> None:
    assert listener.handle(event(line, json.dumps(LINE))) == 1


def test_a_control_message_sends_nothing(listener) -> None:
    assert listener.handle(event(json.dumps(LINE), message_type="CONTROL_MESSAGE")) == 0


@settings(max_examples=40)
@given(st.none() | st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()) | st.integers())
def test_an_event_that_is_not_from_a_log_is_rejected(data: object) -> None:
    with pytest.raises(InvalidLogEvent):
        scheduled({"awslogs": {"data": data}})


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda some: st.lists(some) | st.dictionaries(st.text(), some)
    )
)
def test_a_batch_in_another_form_is_rejected_or_empty(document: object) -> None:
    data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
    try:
        assert scheduled({"awslogs": {"data": data}}) == []
    except InvalidLogEvent:
        return


def test_a_batch_whose_requests_cannot_be_sent_raises(stack, listener, monkeypatch) -> None:
    error = client_error("ServiceUnavailable", "SendMessageBatch", 503)

    def refuse(**_):
        raise error

    monkeypatch.setattr(stack.sqs, "send_message_batch", refuse)
    with pytest.raises(type(error)):
        listener.handle(event(json.dumps(LINE)))
