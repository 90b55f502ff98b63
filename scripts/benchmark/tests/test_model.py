"""The simulation, in cases with a known answer."""

import pytest

from benchmark.model import Rate, Scenario, simulate

PLENTY = Rate(at_once=1e9, a_second=1e9)


def scenario(**changes: object) -> Scenario:
    usual: dict[str, object] = {
        "name": "case",
        "polls": PLENTY,
        "starts": PLENTY,
        "settles": PLENTY,
        "jobs_at_once": 10**9,
        "job_seconds": 1.0,
        "max_dispatchers": 5,
        "dispatcher_per_second": 100.0,
    }
    return Scenario(**{**usual, **changes})  # type: ignore[arg-type]


def test_dispatchers_bind_when_no_quota_does() -> None:
    run = simulate(scenario(), 10_000)
    assert run["started_seconds"] == pytest.approx(10_000 / (5 * 100))
    assert run["settled_seconds"] == pytest.approx(run["started_seconds"] + 1.0)
    assert run["binding"] == "dispatchers"


def test_a_throttle_gives_its_bucket_at_once_and_then_its_rate() -> None:
    run = simulate(scenario(polls=Rate(at_once=3_000, a_second=50)), 10_000)
    assert run["started_seconds"] == pytest.approx((10_000 - 3_000) / 50, rel=0.01)
    assert run["binding"] == "GetActivityTask"


def test_the_slowest_quota_binds() -> None:
    run = simulate(
        scenario(polls=Rate(at_once=10, a_second=50), starts=Rate(at_once=10, a_second=20)), 10_000
    )
    assert run["started_seconds"] == pytest.approx(10_000 / 20, rel=0.01)
    assert run["binding"] == "starts of the backend"


def test_jobs_wait_for_one_another() -> None:
    run = simulate(scenario(jobs_at_once=100, job_seconds=2.0), 10_000)
    assert run["settled_seconds"] == pytest.approx(10_000 / 100 * 2.0, rel=0.02)
    assert run["binding"] == "jobs at once"


def test_dispatchers_start_one_by_one() -> None:
    few, many = (simulate(scenario(max_dispatchers=count), 100_000) for count in (5, 50))
    assert few["started_seconds"] / 10 < many["started_seconds"] < few["started_seconds"] / 5
