"""A batch is answered request by request."""

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from activity_dispatch.dispatch.batch import BatchHandler
from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.store.dispatch_queue import RequestReceiver
from activity_dispatch.testing.stepfunctions import client_error


@dataclass
class FakeSqs:
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
    client: Any = sqs or FakeSqs()
    return BatchHandler(handle=handle, queue=receiver(client))


def failures(response: dict) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


def test_only_what_is_to_come_again_is_named() -> None:
    results = [Result.STARTED, Result.RETRY, Result.DROPPED, Result.REFUSED]
    response = handler(lambda body: results[int(body)]).run([record(n) for n in range(4)], 120)
    assert failures(response) == ["m1"]


def test_a_batch_is_handled_in_parallel() -> None:
    barrier = threading.Barrier(10, timeout=10)

    def meet(_body: str) -> Result:
        barrier.wait()
        return Result.STARTED

    assert failures(handler(meet).run([record(n) for n in range(10)], 120)) == []


def test_an_unexpected_error_does_not_take_the_batch_along(caplog) -> None:
    def fail_one(body: str) -> Result:
        if body == "0":
            raise RuntimeError("surprise")
        return Result.STARTED

    assert failures(handler(fail_one).run([record(0), record(1)], 120)) == ["m0"]
    assert "surprise" in caplog.text


@pytest.mark.parametrize(("receive_count", "again"), [(1, ["m0"]), (2, []), (3, [])])
def test_an_empty_poll_is_worth_one_more(receive_count: int, again: list[str]) -> None:
    response = handler(lambda _: Result.NO_TASK).run([record(0, receive_count)], 120)
    assert failures(response) == again


@pytest.mark.parametrize(("receive_count", "seconds"), [(1, 2), (3, 8), (9, 60)])
def test_a_retry_comes_soon_and_backs_off(receive_count: int, seconds: int) -> None:
    sqs = FakeSqs()
    handler(lambda _: Result.RETRY, sqs).run([record(0, receive_count)], 120)
    assert sqs.visibility == {"r0": seconds}


def test_a_retry_that_can_not_be_hastened_still_comes(caplog) -> None:
    response = handler(lambda _: Result.RETRY, FakeSqs(refuse=True)).run([record(0)], 120)
    assert failures(response) == ["m0"]
    assert "m0 will be retried late" in caplog.text


def test_without_time_for_a_poll_the_batch_is_given_back_untried(caplog) -> None:
    def never(_body: str) -> Result:
        raise AssertionError

    response = handler(never).run([record(0), record(1)], seconds_left=60)
    assert failures(response) == ["m0", "m1"]
    assert "60 s left" in caplog.text


@pytest.mark.parametrize("malformed", [{}, {"messageId": "m9"}, None, "text", {**record(9), "body": None}])
def test_what_is_no_message_is_dropped_and_takes_no_other_along(caplog, malformed: Any) -> None:
    response = handler(lambda _: Result.RETRY).run([malformed, record(1)], 120)
    assert failures(response) == ["m1"]
    assert "not an SQS message, dropped" in caplog.text


@pytest.mark.parametrize("attributes", [{}, None, {"ApproximateReceiveCount": "many"}])
def test_a_message_that_does_not_say_how_often_it_came_came_once(attributes: Any) -> None:
    sqs = FakeSqs()
    again = {**record(1), "attributes": attributes}
    assert failures(handler(lambda _: Result.NO_TASK, sqs).run([again], 120)) == ["m1"]
    assert sqs.visibility == {"r1": 2}


@dataclass
class WaitingSqs(FakeSqs):
    """A queue with messages in it, that loses an answer when it `fails`."""

    waiting: list[int] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    fails: str = ""

    def receive_message(self, *, QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames):  # noqa: N803
        if self.fails == "receive":
            raise client_error("InternalError", "ReceiveMessage", 500)
        assert (QueueUrl, MessageSystemAttributeNames) == ("queue", ["ApproximateReceiveCount"])
        some, self.waiting = self.waiting[:MaxNumberOfMessages], self.waiting[MaxNumberOfMessages:]
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
    return BatchHandler(handle=handle, queue=receiver(sqs), threads=20, **more)


FULL = [record(number) for number in range(10)]


def test_behind_a_full_batch_the_queue_is_emptied() -> None:
    sqs, handled = WaitingSqs(waiting=list(range(10, 47))), []

    def handle(body: str) -> Result:
        handled.append(int(body))
        return Result.RETRY if body in {"3", "30"} else Result.STARTED

    # The mapping deletes the event's messages, all others are deleted here.
    assert failures(draining(handle, sqs).run(FULL, 120)) == ["m3"]
    assert sorted(handled) == list(range(47))
    assert sorted(sqs.deleted) == sorted(f"r{number}" for number in range(10, 47) if number != 30)
    assert sqs.visibility == {"r3": 2, "r30": 2}


def test_behind_a_batch_that_is_not_full_nothing_is_asked_for() -> None:
    sqs = WaitingSqs(waiting=[10])
    assert failures(draining(lambda _: Result.STARTED, sqs).run(FULL[:9], 120)) == []
    assert sqs.waiting == [10]


def test_no_more_is_taken_than_there_is_time_for() -> None:
    sqs, clock = WaitingSqs(waiting=list(range(10, 60))), iter([0.0, 0.0, 29.0, 31.0, 31.0])

    def last() -> float:
        return next(clock, 31.0)

    assert failures(draining(lambda _: Result.STARTED, sqs, clock=last).run(FULL, 120)) == []
    assert len(sqs.deleted) + len(sqs.waiting) == 50
    assert len(sqs.deleted) == 20


@pytest.mark.parametrize("fails", ["receive", "delete"])
def test_a_queue_that_fails_takes_nothing_along(fails: str, caplog) -> None:
    sqs = WaitingSqs(waiting=[10, 11], fails=fails)
    assert failures(draining(lambda _: Result.STARTED, sqs).run(FULL, 120)) == []
    assert sqs.deleted == []
    assert "no more messages received" in caplog.text or "not deleted" in caplog.text
