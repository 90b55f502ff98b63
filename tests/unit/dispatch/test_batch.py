"""Each request of a batch gets its own answer."""

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from activity_dispatch.dispatch.batch import BatchHandler
from activity_dispatch.dispatch.results import Result
from activity_dispatch.store.dispatch_queue import RequestReceiver
from activity_dispatch.testing.stepfunctions import client_error


@dataclass
class SqsConsumer:
    visibility: dict[str, int] = field(default_factory=dict)
    refuse: bool = False

    def change_message_visibility(self, *, QueueUrl, ReceiptHandle, VisibilityTimeout):  # noqa: N803
        if self.refuse:
            raise client_error("ReceiptHandleIsInvalid", "ChangeMessageVisibility")
        assert QueueUrl == "queue"
        self.visibility[ReceiptHandle] = VisibilityTimeout


def record(number: int, receive_count: int = 1) -> dict:
    return {
        "messageId": f"m{number}",
        "receiptHandle": f"r{number}",
        "body": str(number),
        "attributes": {"ApproximateReceiveCount": str(receive_count)},
    }


def receiver(sqs: Any) -> RequestReceiver:
    return RequestReceiver(sqs=sqs, url="queue", jitter=lambda low, high: high)


def handler(handle, sqs: Any = None) -> BatchHandler:
    client: Any = sqs or SqsConsumer()
    return BatchHandler(handle=lambda body, _: handle(body), queue=receiver(client))


def failures(response: dict) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


def test_only_messages_to_retry_are_named() -> None:
    results = [Result.STARTED, Result.RETRY, Result.DROPPED, Result.REFUSED]
    response = handler(lambda body: results[int(body)]).run([record(n) for n in range(4)], 120)
    assert failures(response) == ["m1"]


def test_messages_are_handled_in_parallel() -> None:
    barrier = threading.Barrier(10, timeout=10)

    def meet(_body: str) -> Result:
        barrier.wait()
        return Result.STARTED

    assert failures(handler(meet).run([record(n) for n in range(10)], 120)) == []


def test_an_unexpected_error_fails_only_its_own_message(caplog) -> None:
    def fail_one(body: str) -> Result:
        if body == "0":
            raise RuntimeError("surprise")
        return Result.STARTED

    assert failures(handler(fail_one).run([record(0), record(1)], 120)) == ["m0"]
    assert "surprise" in caplog.text


@pytest.mark.parametrize(("receive_count", "again"), [(1, ["m0"]), (2, []), (3, [])])
def test_an_empty_poll_is_retried_once(receive_count: int, again: list[str]) -> None:
    response = handler(lambda _: Result.NO_TASK).run([record(0, receive_count)], 120)
    assert failures(response) == again


@pytest.mark.parametrize(("receive_count", "seconds"), [(1, 2), (3, 8), (9, 60)])
def test_a_retry_comes_soon_and_backs_off_exponentially(receive_count: int, seconds: int) -> None:
    sqs = SqsConsumer()
    handler(lambda _: Result.RETRY, sqs).run([record(0, receive_count)], 120)
    assert sqs.visibility == {"r0": seconds}


def test_a_retry_still_comes_when_its_visibility_cannot_be_changed(caplog) -> None:
    response = handler(lambda _: Result.RETRY, SqsConsumer(refuse=True)).run([record(0)], 120)
    assert failures(response) == ["m0"]
    assert "m0 will be retried late" in caplog.text


def test_a_batch_is_returned_untried_when_no_time_is_left_for_a_poll(caplog) -> None:
    def never(_body: str) -> Result:
        raise AssertionError

    response = handler(never).run([record(0), record(1)], seconds_left=60)
    assert failures(response) == ["m0", "m1"]
    assert "60 s left" in caplog.text


@pytest.mark.parametrize("malformed", [{}, {"messageId": "m9"}, None, "text", {**record(9), "body": None}])
def test_an_invalid_message_is_dropped_alone(caplog, malformed: Any) -> None:
    response = handler(lambda _: Result.RETRY).run([malformed, record(1)], 120)
    assert failures(response) == ["m1"]
    assert "not an SQS message, dropped" in caplog.text


@pytest.mark.parametrize("attributes", [{}, None, {"ApproximateReceiveCount": "many"}])
def test_a_message_without_a_receive_count_counts_as_received_once(attributes: Any) -> None:
    sqs = SqsConsumer()
    again = {**record(1), "attributes": attributes}
    assert failures(handler(lambda _: Result.NO_TASK, sqs).run([again], 120)) == ["m1"]
    assert sqs.visibility == {"r1": 2}


@dataclass
class SqsWithMessages(SqsConsumer):
    """A queue that holds messages; the call named by `fails` fails."""

    waiting: list[int] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    fails: str = ""

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        if self.fails == "receive":
            raise client_error("InternalError", "ReceiveMessage", 500)
        assert (asked["QueueUrl"], asked["MessageSystemAttributeNames"]) == (
            "queue",
            ["ApproximateReceiveCount"],
        )
        count = asked["MaxNumberOfMessages"]
        some, self.waiting = self.waiting[:count], self.waiting[count:]
        keys = {"messageId": "MessageId", "receiptHandle": "ReceiptHandle", "body": "Body"}
        return {
            "Messages": [
                {**{keys[key]: value for key, value in record(number).items() if key in keys}}
                | {"Attributes": record(number)["attributes"]}
                for number in some
            ]
        }

    def delete_message_batch(self, *, QueueUrl, Entries):  # noqa: N803
        if self.fails == "delete":
            return {"Failed": [{"Id": "0", "Code": "InternalError"}]}
        assert QueueUrl == "queue"
        assert len(Entries) <= 10
        self.deleted += [entry["ReceiptHandle"] for entry in Entries]
        return {"Successful": []}


def draining(handle, sqs: Any, **more: Any) -> BatchHandler:
    more = {"jitter": lambda low, high: low, **more}
    return BatchHandler(handle=lambda body, _: handle(body), queue=receiver(sqs), threads=20, **more)


FULL = [record(number) for number in range(10)]


def test_a_full_batch_is_followed_by_the_rest_of_the_queue() -> None:
    sqs, handled = SqsWithMessages(waiting=list(range(10, 47))), []

    def handle(body: str) -> Result:
        handled.append(int(body))
        return Result.RETRY if body in {"3", "30"} else Result.STARTED

    # The event source mapping deletes the event's messages; the handler deletes the others.
    assert failures(draining(handle, sqs).run(FULL, 120)) == ["m3"]
    assert sorted(handled) == list(range(47))
    assert sorted(sqs.deleted) == sorted(f"r{number}" for number in range(10, 47) if number != 30)
    assert sqs.visibility == {"r3": 2, "r30": 2}


def test_no_messages_are_received_without_time_to_handle_them() -> None:
    sqs, now = SqsWithMessages(waiting=list(range(10, 60))), [0.0]

    def slow(body: str) -> Result:
        # The second batch takes until there is no time for another poll. The clock never goes back,
        # though a thread of the first batch may come last.
        now[0] = max(now[0], 31.0 if int(body) >= 10 else 29.0)
        return Result.STARTED

    assert failures(draining(slow, sqs, clock=lambda: now[0]).run(FULL, 120)) == []
    assert len(sqs.deleted) + len(sqs.waiting) == 50
    assert 10 <= len(sqs.deleted) <= 20


@pytest.mark.parametrize("fails", ["receive", "delete"])
def test_a_failing_queue_fails_no_message(fails: str, caplog) -> None:
    sqs = SqsWithMessages(waiting=[10, 11], fails=fails)
    assert failures(draining(lambda _: Result.STARTED, sqs).run(FULL, 120)) == []
    assert sqs.deleted == []
    assert "no more messages received" in caplog.text or "not deleted" in caplog.text
