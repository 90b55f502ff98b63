"""A function is interrupted once, for certain, and never after its end."""

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from activity_dispatch.worker import interruption
from activity_dispatch.worker.interruption import Interrupted, Interrupter

SIGNAL = signal.SIGUSR1
LONG_SECONDS = 20.0


@pytest.fixture
def late() -> Iterator[list[int]]:
    """Record the signals that reach the handler from before."""
    seen: list[int] = []
    before = signal.signal(SIGNAL, lambda number, _: seen.append(number))
    yield seen
    signal.signal(SIGNAL, before)


@pytest.fixture
def send(monkeypatch) -> Callable[[Callable[[Callable[[], None]], None]], None]:
    """Return a function that replaces the sending of signals; the replacement gets the real sending."""
    real = signal.pthread_kill

    def replace(sending: Callable[[Callable[[], None]], None]) -> None:
        monkeypatch.setattr(
            signal, "pthread_kill", lambda thread, number: sending(lambda: real(thread, number))
        )

    return replace


def interrupted(interrupter: Interrupter, function: Callable[[], object]) -> bool:
    try:
        interrupter.run(function)
    except Interrupted:
        return True
    return False


def blocked_until_interrupted(interrupter: Interrupter) -> Callable[[], object]:
    def function() -> None:
        threading.Thread(target=interrupter.interrupt).start()
        time.sleep(LONG_SECONDS)

    return function


def test_a_signal_that_is_missed_is_sent_again(send, late) -> None:
    count = iter(range(100))
    send(lambda real: real() if next(count) >= 2 else None)
    interrupter, began = Interrupter(), time.monotonic()
    assert interrupted(interrupter, blocked_until_interrupted(interrupter))
    assert time.monotonic() - began < LONG_SECONDS
    assert late == []


def test_a_signal_on_its_way_is_over_before_the_function_is(send, late) -> None:
    interrupter, sending, over = Interrupter(), threading.Event(), threading.Event()

    def slowly(real: Callable[[], None]) -> None:
        sending.set()
        over.wait(0.3)
        real()

    send(slowly)

    def function() -> None:
        threading.Thread(target=interrupter.interrupt).start()
        sending.wait()

    interrupter.run(function)
    over.set()
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.name == "interrupter":
            thread.join()
    assert late == []


def test_a_function_is_interrupted_once_however_long_it_cleans_up() -> None:
    interrupter, cleaned = Interrupter(), []

    def function() -> None:
        try:
            blocked_until_interrupted(interrupter)()
        except Interrupted:
            interrupter.interrupt()
            time.sleep(5 * interruption.FIRST_PAUSE_SECONDS)
            cleaned.append(True)

    assert not interrupted(interrupter, function)
    assert cleaned == [True]


def test_what_is_interrupted_before_its_call_is_not_called() -> None:
    interrupter = Interrupter()
    interrupter.interrupt()
    assert interrupted(interrupter, pytest.fail)


def test_an_interruption_after_the_end_does_nothing(late) -> None:
    interrupter = Interrupter()
    assert interrupter.run(lambda: 7) == 7
    interrupter.interrupt()
    assert late == []


def test_outside_the_main_thread_a_function_is_called() -> None:
    results: list[int] = []
    thread = threading.Thread(target=lambda: results.append(Interrupter().run(lambda: 7)))
    thread.start()
    thread.join()
    assert results == [7]


def test_the_previous_handler_gets_what_others_send(late) -> None:
    Interrupter().run(lambda: signal.raise_signal(SIGNAL))
    assert late == [SIGNAL]
    signal.raise_signal(SIGNAL)
    assert late == [SIGNAL, SIGNAL]


def test_a_handler_that_the_function_sets_stays_and_gets_none_of_our_signals(late) -> None:
    interrupter, own = Interrupter(), []

    def function() -> None:
        signal.signal(SIGNAL, lambda number, _: own.append(number))
        interrupter.interrupt()
        time.sleep(3 * interruption.FIRST_PAUSE_SECONDS)

    interrupter.run(function)
    assert own == []
    signal.raise_signal(SIGNAL)
    assert (own, late) == ([SIGNAL], [])


def test_thousands_of_functions_that_end_or_block_at_the_same_moment(late) -> None:
    """Half of them would block for 20 s if their signal were missed."""
    for number in range(3_000):
        interrupter, begun = Interrupter(), threading.Event()

        def strike(interrupter: Interrupter = interrupter, begun: threading.Event = begun) -> None:
            begun.wait()
            interrupter.interrupt()

        def function(begun: threading.Event = begun, number: int = number) -> None:
            begun.set()
            if number % 2:
                threading.Event().wait(LONG_SECONDS)

        striker = threading.Thread(target=strike)
        striker.start()
        began = time.monotonic()
        was_interrupted = interrupted(interrupter, function)
        striker.join()
        assert was_interrupted or number % 2 == 0
        assert time.monotonic() - began < LONG_SECONDS
    assert late == []
