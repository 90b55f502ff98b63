"""Calls begin no faster than the rate."""

import pytest

from activity_dispatch.aws.pacing import RateLimit


def test_calls_begin_in_even_steps_and_time_that_passed_is_not_saved_up() -> None:
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


def test_after_a_pause_some_may_begin_at_once() -> None:
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    limit = RateLimit(per_second=4, burst=3, clock=lambda: now[0], sleep=sleep)
    for _ in range(5):
        limit.wait()
    assert waits == pytest.approx([0.25, 0.25])
