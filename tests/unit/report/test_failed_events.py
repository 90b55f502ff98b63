"""What the reporter could not handle is kept, without tokens, inputs and outputs."""

import importlib
import json

import pytest
from tests.schemas.events.samples import aws_event

from activity_dispatch.report.failed_events import FailedEvents
from activity_dispatch.testing.slots import FakeSQS
from activity_dispatch.testing.stepfunctions import client_error

NOW = 1_000_000.0
OLD, FRESH = "1970-01-12T13:40:00.000Z", "1970-01-12T13:46:30Z"
FAILED_INVOCATION = {
    "version": "1.0",
    "timestamp": OLD,
    "requestContext": {"requestId": "r-1", "functionArn": "arn:f", "condition": "RetriesExhausted"},
    "requestPayload": {
        "task_id": "a" * 32,
        "task_token": "SECRET",
        "input": {"x": "SECRET"},
        "slot": "SECRET",
    },
    "responsePayload": {"errorMessage": "SECRET"},
}
ENDED = aws_event(
    "Step Functions Execution Status Change",
    {"input": "SECRET", "output": "SECRET"},
    id="e-1",
    time=OLD,
    resources=["arn:execution"],
)


@pytest.fixture
def sqs() -> FakeSQS:
    return FakeSQS()


@pytest.fixture
def failed_events(sqs) -> FailedEvents:
    return FailedEvents(sqs=lambda: sqs, url="queue")


@pytest.mark.parametrize("event", [FAILED_INVOCATION, ENDED, {"requestPayload": {"task_id": "SECRET"}}, {}])
def test_the_last_attempt_leaves_a_record_without_secrets(failed_events, sqs, caplog, event: dict) -> None:
    assert failed_events.keep(event, ValueError("SECRET in a message"), NOW)
    assert "SECRET" not in sqs.bodies[0]
    assert "SECRET" not in caplog.messages[0]


def test_a_record_says_what_it_was_about(failed_events, sqs) -> None:
    failed_events.keep(FAILED_INVOCATION, client_error("AccessDeniedException", "GetItem"), NOW)
    failed_events.keep(ENDED, ValueError(), NOW)
    assert [json.loads(body) for body in sqs.bodies] == [
        {
            "error": "AccessDeniedException",
            "time": OLD,
            "task_id": "a" * 32,
            "request_id": "r-1",
            "function": "arn:f",
            "condition": "RetriesExhausted",
            "resources": [],
        },
        {
            "error": "ValueError",
            "id": "e-1",
            "time": OLD,
            **{name: ENDED[name] for name in ("source", "detail-type")},
            "resources": ["arn:execution"],
        },
    ]


@pytest.mark.parametrize("key", ["time", "timestamp"])
def test_an_attempt_before_the_last_leaves_nothing(failed_events, sqs, key: str) -> None:
    assert not failed_events.keep({key: FRESH}, ValueError(), NOW)
    assert sqs.bodies == []


@pytest.mark.parametrize(("time", "is_raised"), [(FRESH, True), (OLD, False)])
def test_the_function_fails_only_if_another_attempt_follows(
    failed_events, sqs, monkeypatch, time: str, is_raised: bool
) -> None:
    handler = importlib.import_module("reporter.handler")

    class Broken:
        def handle(self, _event: object) -> None:
            raise LookupError

        def flush(self) -> None:
            pass

    monkeypatch.setattr(handler.time, "time", lambda: NOW)
    monkeypatch.setattr(handler, "_parts", lambda: (Broken(), None, None, failed_events, Broken(), Broken()))
    if is_raised:
        with pytest.raises(LookupError):
            handler.handle({"time": time}, None)
    else:
        handler.handle({"time": time}, None)
    assert len(sqs.bodies) == (0 if is_raised else 1)
