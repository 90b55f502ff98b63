"""Deliveries keep their arguments, with and without faults."""

import threading

import pytest
from localstack.services.events.target import TargetSender
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from localstack.services.lambda_.invocation.event_manager import Poller

from localcloud.faults import deliveries
from localcloud.faults.plan import CURRENT, Plan, rule_of

type Calls = list[tuple[object, ...]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The arguments of LocalStack's original methods."""
    seen: Calls = []

    def record(_self: object, *arguments: object) -> None:
        seen.append(arguments)

    monkeypatch.setattr(TargetSender, "process_event", record)
    monkeypatch.setattr(SqsPoller, "handle_messages", record)
    monkeypatch.setattr(Poller, "handle_message", record)
    monkeypatch.setattr(CURRENT, "plan", Plan())
    deliveries.install.__wrapped__()
    return seen


def test_without_a_plan_each_is_delivered_once(calls: Calls) -> None:
    TargetSender.process_event("sender", "event", "t")
    # Scheduled rules pass the header by name.
    TargetSender.process_event("sender", "event", trace_header="t")
    SqsPoller.handle_messages("poller", ["message"])
    Poller.handle_message("poller", {"Body": "an invocation"})
    assert calls == [("event", "t"), ("event", "t"), (["message"],), ({"Body": "an invocation"},)]


def test_a_duplicate_is_delivered_twice(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = {"service": "*", "operation": "Deliver", "probability": 1, "fault": "duplicate"}
    monkeypatch.setattr(CURRENT, "plan", Plan([rule_of(rule)]))
    TargetSender.process_event("sender", "event", trace_header="t")
    Poller.handle_message("poller", {"Body": "an invocation"})
    for thread in threading.enumerate():
        if thread.name.startswith("second-delivery"):
            thread.join(5)
    assert sorted(calls, key=str) == [("event", "t")] * 2 + [({"Body": "an invocation"},)] * 2
