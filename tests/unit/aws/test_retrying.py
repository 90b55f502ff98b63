"""Full jitter within a time limit."""

import itertools

from activity_dispatch.aws.pacing import Retrying


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


def test_the_first_good_result_counts() -> None:
    clock, results = Clock(), [3, 2, 1]
    assert clock.retrying().call(results.pop, again=lambda result: result < 2) == 2
    assert len(clock.sleeps) == 1
