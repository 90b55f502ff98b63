"""Events are sent beside the work, ten at a time; what can't be sent is counted and forgotten."""

import json
import threading
from concurrent.futures import Executor, Future

import pytest
from botocore.exceptions import ConnectTimeoutError
from tests.unit.lifecycle.events import BUS

from activity_dispatch.domain.events import Event, EventKind
from activity_dispatch.observe import announcer as module
from activity_dispatch.observe.announcer import EventBusAnnouncer
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.testing.metrics import RecordedMetrics
from activity_dispatch.testing.stepfunctions import client_error

SECONDS = 10.0


class Bus:
    """EventBridge: records entries, call by call; `answer` may raise or refuse."""

    def __init__(self, answer=lambda _: {"Entries": []}) -> None:
        self.calls: list = []
        self.answer = answer

    def put_events(self, *, Entries):  # noqa: N803
        self.calls.append(Entries)
        return self.answer(Entries)


class Later(Executor):
    """Runs what was submitted when the test says so."""

    def __init__(self) -> None:
        self.submitted: list = []

    def submit(self, work, /, *_, **__):
        self.submitted.append(work)
        return Future()

    def run(self) -> None:
        for work in self.submitted:
            work()


def event(number: int = 1) -> Event:
    return Event(kind=EventKind.STARTED, time=1_000.0, detail={"id": str(number)})


def waiting(bus: Bus) -> tuple[EventBusAnnouncer, Later, RecordedMetrics]:
    later, metrics = Later(), RecordedMetrics()
    return EventBusAnnouncer(client=lambda: bus, metrics=metrics, make_executor=lambda: later), later, metrics


def lost(metrics: RecordedMetrics) -> float:
    return sum(value for value, _ in metrics.of(Metric.EVENTS_LOST))


def test_an_entry_names_bus_source_kind_and_time() -> None:
    bus = Bus()
    announcer = EventBusAnnouncer(client=lambda: bus)
    announcer.put(BUS, event())
    announcer.flush()
    ((entry,),) = bus.calls
    assert json.loads(entry.pop("Detail")) == {"id": "1"}
    assert entry == {
        "EventBusName": BUS,
        "Source": "activity-dispatch",
        "DetailType": "Task Started",
        "Time": 1_000.0,
    }


def test_ten_are_sent_at_a_time_and_each_bus_apart() -> None:
    bus = Bus()
    announcer, later, _ = waiting(bus)
    for number in range(12):
        announcer.put(BUS if number < 11 else "other", event(number))
    later.run()
    assert [len(call) for call in bus.calls] == [10, 1, 1]
    assert len({entry["EventBusName"] for entry in bus.calls[0]}) == 1


@pytest.mark.parametrize(
    "refuse",
    [
        lambda _: (_ for _ in ()).throw(client_error("AccessDeniedException", "PutEvents")),
        lambda entries: {"Entries": [{"ErrorCode": "ThrottlingException"} for _ in entries]},
        lambda _: (_ for _ in ()).throw(RuntimeError("a bug")),
    ],
)
def test_what_is_refused_is_counted_and_the_next_is_sent(refuse) -> None:
    bus = Bus(refuse)
    announcer, later, metrics = waiting(bus)
    for number in range(11):
        announcer.put(BUS, event(number))
    later.run()
    assert len(bus.calls) == 2
    assert lost(metrics) == 11


def test_only_the_refused_ones_of_a_call_are_lost() -> None:
    bus = Bus(lambda entries: {"Entries": [{"ErrorCode": "x"}, *({"EventId": "1"} for _ in entries[1:])]})
    announcer, later, metrics = waiting(bus)
    for number in range(3):
        announcer.put(BUS, event(number))
    later.run()
    assert lost(metrics) == 1


def test_of_a_bus_that_does_not_answer_the_others_are_not_asked() -> None:
    def fail(_):
        raise ConnectTimeoutError(endpoint_url="bus")

    bus = Bus(fail)
    announcer, later, metrics = waiting(bus)
    for number in range(30):
        announcer.put(BUS, event(number))
    later.run()
    assert len(bus.calls) == 1
    assert lost(metrics) == 30


def test_more_than_may_wait_are_lost(monkeypatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 2)
    announcer, _, metrics = waiting(Bus())
    for number in range(3):
        announcer.put(BUS, event(number))
    assert lost(metrics) == 1


def test_neither_putting_nor_flushing_waits_for_a_slow_bus(monkeypatch) -> None:
    monkeypatch.setattr(module, "FLUSH_SECONDS", 0.01)
    answers, asked = threading.Event(), threading.Event()

    def hang(_):
        asked.set()
        answers.wait(SECONDS)
        return {}

    bus = Bus(hang)
    announcer = EventBusAnnouncer(client=lambda: bus)
    announcer.put(BUS, event())
    assert asked.wait(SECONDS)
    announcer.put(BUS, event(2))
    announcer.flush()
    assert len(bus.calls) == 1
    answers.set()
    monkeypatch.setattr(module, "FLUSH_SECONDS", SECONDS)
    announcer.flush()
    assert len(bus.calls) == 2
