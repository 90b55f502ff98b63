"""A dispatcher goes on receiving while its polls wait: a request without a task delays nobody else's."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest

from activity_dispatch.dispatch import batch, batch_run
from activity_dispatch.dispatch.batch import BatchHandler
from activity_dispatch.dispatch.results import Result
from activity_dispatch.store.dispatch_queue import RequestReceiver

PATIENCE = 10.0
RECEIVED = {"Attributes": {"ApproximateReceiveCount": "1"}}
# Seconds left that give polls time to begin.
LEFT = 300.0


def record(body: str) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1"}
    return {"messageId": body, "receiptHandle": body, "body": body, "attributes": attributes}


@dataclass
class Queue:
    """A queue whose long polls return early when a message arrives."""

    messages: deque[str] = field(default_factory=deque)
    asked: list[tuple[int, int]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def send(self, body: str) -> None:
        with self.changed:
            self.messages.append(body)
            self.changed.notify_all()

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        count, seconds = asked["MaxNumberOfMessages"], asked["WaitTimeSeconds"]
        with self.changed:
            self.asked.append((count, seconds))
            self.changed.wait_for(lambda: self.messages, seconds)
            some = [self.messages.popleft() for _ in range(min(count, len(self.messages)))]
        return {
            "Messages": [{"MessageId": each, "ReceiptHandle": each, "Body": each} | RECEIVED for each in some]
        }

    def delete_message_batch(self, **_: Any) -> dict[str, Any]:
        return {}

    def change_message_visibility(self, **_: Any) -> None:
        """Nothing is delivered again here."""


@dataclass
class Polls:
    """Handles requests: `empty` polls wait until the end of the test, the others find a task at once."""

    found: dict[str, float] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)
    over: bool = False

    def handle(self, body: str, _seconds_left: Any) -> Result:
        with self.changed:
            if body.startswith("empty"):
                self.waiting.add(body)
                self.changed.notify_all()
                self.changed.wait_for(lambda: self.over, PATIENCE)
                return Result.NO_TASK
            self.found[body] = time.monotonic()
            self.changed.notify_all()
            return Result.STARTED

    def wait_until(self, condition: Any) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE)

    def end(self) -> None:
        with self.changed:
            self.over = True
            self.changed.notify_all()


@pytest.fixture
def polls():
    made = Polls()
    yield made
    made.end()


def dispatcher(queue: Any, polls: Polls, threads: int = 40) -> BatchHandler:
    return BatchHandler(
        handle=polls.handle,
        queue=RequestReceiver(sqs=queue, url="queue"),
        threads=threads,
        jitter=lambda low, high: low,
    )


def invoke(handler: BatchHandler, *bodies: str, left: float = LEFT) -> threading.Thread:
    thread = threading.Thread(target=handler.run, args=([record(body) for body in bodies], left))
    thread.start()
    return thread


def test_two_requests_without_a_task_do_not_delay_another_activitys_task(polls) -> None:
    queue = Queue()
    # Two dispatchers are all that the mapping allows here: the third request is only in the queue.
    invocations = [invoke(dispatcher(queue, polls), f"empty {number}") for number in range(2)]
    polls.wait_until(lambda: len(polls.waiting) == 2)
    sent_at = time.monotonic()
    queue.send("other")
    polls.wait_until(lambda: "other" in polls.found)
    assert polls.found["other"] - sent_at < 3.0
    polls.end()
    for invocation in invocations:
        invocation.join(PATIENCE)
        assert not invocation.is_alive()


def test_an_invocation_whose_requests_are_all_handled_ends_at_once(polls) -> None:
    queue = Queue()
    began = time.monotonic()
    dispatcher(queue, polls).run([record("a"), record("b")], LEFT)
    assert time.monotonic() - began < 0.5
    assert queue.asked == []


def test_a_dispatcher_with_less_room_than_a_batch_receives_what_it_has_room_for(polls) -> None:
    queue = Queue()
    invocation = invoke(dispatcher(queue, polls, threads=12), *[f"empty {number}" for number in range(9)])
    polls.wait_until(lambda: len(polls.waiting) == 9)
    for number in range(5):
        queue.send(f"empty more {number}")
    polls.wait_until(lambda: len(polls.waiting) == 12)
    assert max(count for count, _ in queue.asked) <= 3
    assert len(queue.messages) == 2
    polls.end()
    invocation.join(PATIENCE)


def test_nothing_is_received_when_a_poll_would_begin_too_late(polls, monkeypatch) -> None:
    monkeypatch.setattr(batch_run, "LOOK_AGAIN_SECONDS", 0.05)
    queue = Queue()
    # Two hundredths of a second in which polls may begin.
    invocation = invoke(dispatcher(queue, polls), "empty", left=90.02)
    polls.wait_until(lambda: polls.waiting)
    time.sleep(0.3)
    assert queue.asked == []
    polls.end()
    invocation.join(PATIENCE)


def test_invocations_stop_taking_messages_at_different_times() -> None:
    asked = []

    def jitter(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    queue, polls = Queue(deque(["other"])), Polls()
    handler = dispatcher(queue, polls)
    object.__setattr__(handler, "jitter", jitter)
    # With the earliest end, an invocation that has time for one poll only takes none from the queue.
    handler.run([record(str(number)) for number in range(10)], 91.0)
    assert asked[0][0] == 0.0
    assert 0.5 < asked[0][1] <= 1.0
    assert list(queue.messages) == ["other"]
    handler.run([record(str(number)) for number in range(10)], LEFT)
    assert asked[1] == (0.0, batch.EARLY_END_SECONDS)
    assert not queue.messages


def test_a_request_is_given_back_while_every_thread_polls(polls) -> None:
    queue, returned = Queue(), threading.Event()
    queue.change_message_visibility = lambda **_: returned.set()  # type: ignore[method-assign]
    handler = dispatcher(queue, polls, threads=2)

    def handle(body: str, left: Any) -> Any:
        if body == "retry":
            polls.wait_until(lambda: polls.waiting)
            return Result.RETRY
        return polls.handle(body, left)

    object.__setattr__(handler, "handle", handle)
    invocation = invoke(handler, "empty 1", "retry", "empty 2")
    polls.wait_until(lambda: len(polls.waiting) == 2)
    # Long before the polls end.
    assert returned.wait(PATIENCE / 3)
    assert not polls.over
    polls.end()
    invocation.join(PATIENCE)
