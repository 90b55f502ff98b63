"""A program is stopped for the first reason given."""

from activity_dispatch.worker.container.stopper import Stopper
from activity_dispatch.worker.stop_reason import StopReason


def test_the_first_reason_is_kept_and_later_signals_are_sent() -> None:
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


def test_a_program_that_begins_after_the_stop_is_stopped_at_once() -> None:
    sent: list[int] = []
    stopper = Stopper(60)
    stopper.stop(StopReason.INTERRUPTED)
    stopper.attach(sent.append)
    assert stopper.detach() is StopReason.INTERRUPTED
    assert sent == [15]
