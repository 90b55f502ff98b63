"""Starts within the rate, whoever asks."""

import heapq
from dataclasses import dataclass, field, replace

import pytest

from activity_dispatch.dispatch.rate_limiter import NoPermit, Permit, RateLimiter
from activity_dispatch.domain.activities import Activity
from activity_dispatch.testing import InMemoryRates

ACTIVITY = Activity(
    arn="arn:aws:states:eu-west-1:0:activity:a",
    name="a",
    backend="fake",
    config={},
    heartbeat_seconds=60,
    timeout_seconds=60,
)


@dataclass
class Clock:
    """A time that a limiter's waits pass."""

    now: float = 1_000.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> RateLimiter:
    return RateLimiter(store=InMemoryRates(), clock=lambda: clock.now, sleep=clock.sleep)


def test_without_a_rate_nothing_is_asked(limiter) -> None:
    assert limiter.take(ACTIVITY) == Permit()
    limiter.charge_if_late(ACTIVITY, Permit())
    assert limiter.store.marks == {}


def test_starts_are_waited_for_while_they_are_near(limiter, clock) -> None:
    activity = replace(ACTIVITY, max_starts_per_second=1.0)
    assert [limiter.take(activity).at for _ in range(4)] == [1000.0, 1001.0, 1002.0, 1003.0]
    assert clock.waits == [1.0, 1.0, 1.0]


def test_a_request_without_a_near_start_comes_again_in_its_turn(limiter, clock) -> None:
    activity = replace(ACTIVITY, max_starts_per_second=0.2)
    waiting = replace(limiter, sleep=lambda _: None)
    assert waiting.take(activity) == Permit(at=1000.0)
    delays = [waiting.take(activity) for _ in range(3)]
    assert delays == [NoPermit(delay_seconds=seconds) for seconds in (1, 5, 10)]
    assert clock.waits == []


def test_requests_whose_turn_is_far_come_again_within_the_longest_delay(limiter) -> None:
    activity = replace(ACTIVITY, max_starts_per_second=0.2)
    waiting = replace(limiter, sleep=lambda _: None)
    delays = [waiting.take(activity) for _ in range(400)][1:]
    assert max(each.delay_seconds for each in delays) <= 900
    assert min(each.delay_seconds for each in delays[200:]) >= 450


def test_a_poll_that_found_its_task_late_is_charged_for_it(limiter, clock) -> None:
    activity = replace(ACTIVITY, max_starts_per_second=1.0)
    permit = limiter.take(activity)
    clock.now += 50
    limiter.charge_if_late(activity, permit)
    assert limiter.take(activity) == Permit(at=1051.0)


@pytest.mark.parametrize("rate", [0.5, 2.0, 10.0, 40.0])
@pytest.mark.parametrize("threads", [20, 100])
def test_the_rate_is_kept_within_5_percent_under_load(rate: float, threads: int) -> None:
    """Requests as the queue delivers them, some late, to threads that wait for their starts."""
    clock, starts = Clock(), list[float]()
    limiter = RateLimiter(store=InMemoryRates(), clock=lambda: clock.now, sleep=lambda _: None)
    activity = replace(ACTIVITY, max_starts_per_second=rate)
    # When something happens, in the order of time: a request arrives, or a thread is free again.
    arrivals = [(1_000.0 + number / 1_000, number) for number in range(int(rate * 120) + 50)]
    free = [1_000.0] * threads
    heapq.heapify(arrivals)
    while arrivals and arrivals[0][0] < 1_100:
        at, number = heapq.heappop(arrivals)
        clock.now = max(at, heapq.heappop(free))
        took = limiter.take(activity)
        if isinstance(took, NoPermit):
            late = (number * 7 % 10) / 10
            heapq.heappush(arrivals, (clock.now + took.delay_seconds + late, number))
            heapq.heappush(free, clock.now)
        else:
            starts.append(took.at or 0.0)
            heapq.heappush(free, (took.at or 0.0) + 0.05)
    for begin in range(1_000, 1_060, 5):
        in_window = sum(begin <= at < begin + 30 for at in starts)
        assert abs(in_window - 30 * rate) <= max(1.0, 0.05 * 30 * rate), (begin, in_window)
