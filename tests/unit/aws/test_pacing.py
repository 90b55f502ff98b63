"""Calls are retried with full jitter within a time limit, and begin no faster than a rate."""

import itertools

import pytest

from activity_dispatch.aws.pacing import Pace, RateLimit, Retrying


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds

    def retrying(self, **options) -> Retrying:
        return Retrying(sleep=self.sleep, clock=lambda: self.now, jitter=lambda low, high: high, **options)


def test_a_good_result_needs_no_second_attempt() -> None:
    clock = Clock()
    assert clock.retrying().call(lambda: 1, again=lambda result: False) == 1
    assert clock.sleeps == []


def test_the_wait_grows_to_its_cap_and_ends_with_the_limit() -> None:
    clock, attempts = Clock(), itertools.count(1)
    retrying = clock.retrying(limit_seconds=10, base_seconds=0.5, cap_seconds=4)
    result = retrying.call(attempts.__next__, again=lambda result: True)
    assert clock.sleeps == [0.5, 1, 2, 4]
    assert result == 5


def test_the_first_good_result_ends_the_retries() -> None:
    clock, results = Clock(), [3, 2, 1]
    assert clock.retrying().call(results.pop, again=lambda result: result < 2) == 2
    assert len(clock.sleeps) == 1


def test_calls_begin_at_even_intervals_and_idle_time_is_not_saved_up() -> None:
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    limit = RateLimit(per_second=4, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        limit.wait()
    assert waits == pytest.approx([0.25] * 4)
    now[0] += 60
    limit.wait()
    limit.wait()
    assert waits[4:] == pytest.approx([0.25])


def test_after_a_pause_a_burst_may_begin_at_once() -> None:
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    limit = RateLimit(per_second=4, burst=3, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        limit.wait()
    assert waits == pytest.approx([0.25, 0.25])


class Paced:
    """A pace on a clock that its waits advance, without jitter."""

    def __init__(self, **options) -> None:
        self.clock = Clock()
        self.pace = Pace(
            clock=lambda: self.clock.now, sleep=self.clock.sleep, jitter=lambda low, high: 1.0, **options
        )

    def calls(self, number: int) -> list[float]:
        times = []
        for _ in range(number):
            assert self.pace.wait(60.0)
            times.append(self.clock.now)
        return times


def test_without_a_throttle_nobody_waits() -> None:
    paced = Paced()
    paced.calls(100)
    assert paced.clock.sleeps == []


def test_throttles_space_calls_out_and_time_brings_them_together_again() -> None:
    paced = Paced(first_seconds=0.1, slowest_seconds=1.0, recovery_seconds=10.0)
    for _ in range(6):
        paced.pace.slow_down()
        paced.clock.now += 1.5
    first, second = paced.calls(2)
    assert 0.8 < second - first <= 1.0
    paced.clock.now += 20
    first, second = paced.calls(2)[-2:]
    assert 0.1 < second - first < 0.3
    paced.clock.now += 300
    first, second = paced.calls(2)
    assert second == first


def test_threads_that_are_throttled_together_slow_down_once() -> None:
    paced = Paced(first_seconds=0.1)
    for _ in range(40):
        paced.pace.slow_down()
    first, second = paced.calls(2)
    assert second - first == pytest.approx(0.1, rel=0.05)


def test_a_turn_that_comes_too_late_is_not_taken() -> None:
    paced = Paced(first_seconds=2.0)
    paced.pace.slow_down()
    assert not paced.pace.wait(1.0)
    assert not paced.pace.wait(-5.0)
    assert paced.clock.sleeps == []
    # Those who went away have used up no turns.
    assert paced.calls(1) == [pytest.approx(2.0)]
