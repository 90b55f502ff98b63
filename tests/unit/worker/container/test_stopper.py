"""A program is stopped for the first reason given."""

from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.stop_reason import StopReason


def test_stopping_keeps_the_first_reason_and_sends_what_comes_later() -> None:
    sent: list[int] = []
    stopper = Stopper(60)
    stopper.attach(sent.append)
    stopper.stop(StopReason.TIMED_OUT)
    stopper.stop(StopReason.INTERRUPTED, 2)
    stopper.forward(10)
    assert stopper.detach() is StopReason.TIMED_OUT
    stopper.forward(10)
    stopper.stop(StopReason.INTERRUPTED)
    assert sent == [15, 2, 10]


def test_what_is_to_be_stopped_may_begin_later() -> None:
    sent: list[int] = []
    stopper = Stopper(60)
    stopper.stop(StopReason.INTERRUPTED)
    stopper.attach(sent.append)
    assert stopper.detach() is StopReason.INTERRUPTED
    assert sent == [15]
