"""Hours of passes that drift, fail, are killed and have too much to do: no task misses its heartbeats."""

import pytest
from tests.unit.reconcile.simulated import Simulated

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.testing.stack import ARN


def one_in_ten(simulated: Simulated) -> bool:
    """A tenth of the passes fails, now and then two in a row, but not three."""
    last = simulated.failed[-2:]
    failing = simulated.chance.random() < 0.1 and not (len(last) == 2 and all(last))
    simulated.failed.append(failing)
    return failing


@pytest.mark.parametrize("heartbeat_seconds", [360, 900])
def test_queued_tasks_live_although_passes_drift_and_fail(heartbeat_seconds: int) -> None:
    simulated = Simulated(seed=heartbeat_seconds)
    simulated.open(200, heartbeat_seconds)
    simulated.run(hours=12, failing=one_in_ten)
    assert simulated.passes == 720
    assert any(two == (True, True) for two in zip(simulated.failed, simulated.failed[1:], strict=False))
    lost = simulated.lost()
    assert lost == 0
    longest = simulated.longest(Metric.TASKS_NOT_REACHED)
    assert longest == 0
    longest = simulated.longest(Metric.SECONDS_BEHIND)
    assert longest == 0


def test_a_pass_that_every_second_one_follows_is_enough() -> None:
    simulated = Simulated()
    simulated.open(200, 180)
    simulated.run(hours=2, failing=lambda simulated: simulated.passes % 2 == 0)
    lost = simulated.lost()
    assert lost == 0


def test_50_000_tasks_share_the_quota_and_a_metric_says_how_far_behind_the_pass_is() -> None:
    simulated = Simulated()
    simulated.open(50_000, 600)
    simulated.run(hours=0.25, failing=one_in_ten)
    lost = simulated.lost()
    assert lost == 0
    longest = simulated.longest(Metric.TASKS_NOT_REACHED)
    assert 30_000 < longest < 40_000
    longest = simulated.longest(Metric.SECONDS_BEHIND)
    assert 180 < longest < 480
    # Two passes never overlap.
    seconds = simulated.longest_pass
    assert seconds < 58


def test_activities_have_a_share_of_the_pass_according_to_their_heartbeat_seconds() -> None:
    # A fiftieth of the quota, so that fewer tasks are needed: 200 need 0.6 heartbeats a second, 1,000 1.1.
    simulated = Simulated(per_second=6.0)
    for number, (count, seconds) in enumerate([(200, 360), (1_000, 43_200), (1_000, 900), (20, 240)]):
        simulated.open(count, seconds, f"{ARN}-{number}")
    simulated.run(hours=4, failing=one_in_ten)
    lost = simulated.lost()
    assert lost == 0
    longest = simulated.longest(Metric.TASKS_NOT_REACHED)
    assert longest > 0


def test_130_000_queued_tasks_starve_neither_other_activities_nor_the_chores() -> None:
    simulated = Simulated()
    simulated.open(130_000, 3_600)
    others = [task for number in range(20) for task in simulated.open(5, 180, f"{ARN}-{number}")]
    simulated.run(hours=3 / 60)
    assert [task.heartbeats for task in others] == [3] * 100
    gauges = simulated.stack.metrics.of(Metric.OPEN_TASKS)
    assert len(gauges) == 3
    # Every pass polls some of the 21 for missed tasks.
    polls = list(simulated.stack.sqs.bodies)
    assert len(polls) == 3 * 6
    # The large one gets all the rest, and each of its tasks in its turn.
    heartbeats = [task.heartbeats for task in simulated.stack.stepfunctions.tasks.values()]
    assert sum(heartbeats) > 3 * 13_000
    assert max(heartbeats[:130_000]) == 1


def test_a_killed_pass_loses_no_more_than_ten_seconds() -> None:
    simulated = Simulated()
    tasks = simulated.open(30_000, 600)
    simulated.kill_after(32)
    assert sum(task.heartbeats for task in tasks) > 9_000
    simulated.now += 28
    simulated.reconciler.run()
    # About 9,600 and 13,600 heartbeats, of which at most 3,100 are repeated.
    assert sum(task.heartbeats > 0 for task in tasks) > 9_600 + 13_500 - 3_100


def test_passes_that_are_all_killed_still_reach_every_task() -> None:
    simulated = Simulated()
    tasks = simulated.open(20_000, 600)
    for _ in range(6):
        simulated.kill_after(25)
        simulated.now += 35
    least = min(task.heartbeats for task in tasks)
    assert least > 0


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_an_orphan_without_a_worker_is_stopped_within_three_minutes(state: JobState) -> None:
    simulated = Simulated()
    simulated.stack.backend.state = state
    for task in simulated.open(20, 43_200):
        # Its execution goes on without it right after a pass, and the next pass fails.
        task.timed_out, since, fails = True, simulated.now, iter([True, False])
        simulated.run(hours=2 / 60, failing=lambda _: next(fails))  # noqa: B023 (used at once)
        assert simulated.stack.backend.stopped.keys() == {simulated.job_of(task)}
        assert simulated.now - since <= 180
        simulated.stack.backend.stopped.clear()
        del simulated.stack.backend.started[simulated.job_of(task)]
