"""Discrete-event model of a burst on AWS: which quota binds, and how long the burst takes.

Tasks move in chunks: a dispatcher receives a chunk, polls for it, processes it and starts it on its
backend; the jobs run and are settled. Quotas are AWS's documented ones.
Sources: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

# The most chunks of a run: a simulation of a million tasks takes seconds.
MAX_CHUNKS = 10_000
MIN_CHUNK = 10
# The dispatchers that SQS's event source mapping begins with, and adds each minute.
FIRST_DISPATCHERS, MORE_A_MINUTE = 5, 300


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A quota of calls: `at_once` without waiting, then `a_second`."""

    at_once: float
    a_second: float


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Quotas and sizes of one case. `jobs_at_once`: how many jobs the backend runs at a time."""

    name: str
    polls: Rate
    starts: Rate
    settles: Rate
    jobs_at_once: int
    job_seconds: float
    max_dispatchers: int = 20
    dispatcher_per_second: float


@dataclass(kw_only=True)
class _Quota:
    """Grants calls in the order of the requests."""

    rate: Rate
    paid_until: float = field(init=False)

    def __post_init__(self) -> None:
        self.paid_until = -self.rate.at_once / self.rate.a_second

    def wait(self, now: float, calls: int) -> float:
        """Return how long to wait until this many calls are allowed, and count them."""
        begin = max(self.paid_until, now - self.rate.at_once / self.rate.a_second)
        self.paid_until = begin + calls / self.rate.a_second
        return max(0.0, self.paid_until - now)


class _Run:
    """One simulation; `waits` adds up the seconds that chunks have waited for each quota."""

    def __init__(self, scenario: Scenario, tasks: int) -> None:
        self.scenario, self.tasks = scenario, tasks
        self.chunk = max(MIN_CHUNK, tasks // MAX_CHUNKS)
        self.env = simpy.Environment()
        self.polls, self.starts = _Quota(rate=scenario.polls), _Quota(rate=scenario.starts)
        self.settles = _Quota(rate=scenario.settles)
        self.jobs = simpy.Container(
            self.env,
            capacity=max(scenario.jobs_at_once, self.chunk),
            init=max(scenario.jobs_at_once, self.chunk),
        )
        self.left = tasks
        self.started_at = self.settled_at = 0.0
        self.waits: defaultdict[str, float] = defaultdict(float)

    def go(self) -> None:
        self.env.process(self._scale())
        self.env.run()

    def _scale(self) -> Generator[Any, Any]:
        """Start dispatchers as the event source mapping does."""
        running = 0
        wanted = FIRST_DISPATCHERS
        while self.left > 0 and running < self.scenario.max_dispatchers:
            for _ in range(min(wanted, self.scenario.max_dispatchers) - running):
                self.env.process(self._dispatch())
                running += 1
            yield self.env.timeout(60.0 / MORE_A_MINUTE)
            wanted += 1

    def _dispatch(self) -> Generator[Any, Any]:
        """Process chunks one after the other, as fast as one dispatcher can."""
        while self.left > 0:
            count = min(self.chunk, self.left)
            self.left -= count
            yield from self._ask("GetActivityTask", self.polls, count)
            seconds = count / self.scenario.dispatcher_per_second
            self.waits["dispatchers"] += seconds
            yield self.env.timeout(seconds)
            yield from self._ask("starts of the backend", self.starts, count)
            self.started_at = self.env.now
            self.env.process(self._run_jobs(count))

    def _run_jobs(self, count: int) -> Generator[Any, Any]:
        begun = self.env.now
        yield self.jobs.get(count)
        self.waits["jobs at once"] += self.env.now - begun
        yield self.env.timeout(self.scenario.job_seconds)
        yield self.jobs.put(count)
        yield from self._ask("SendTaskSuccess", self.settles, count)
        self.settled_at = self.env.now

    def _ask(self, name: str, quota: _Quota, count: int) -> Generator[Any, Any]:
        seconds = quota.wait(self.env.now, count)
        self.waits[name] += seconds
        if seconds:
            yield self.env.timeout(seconds)


def simulate(scenario: Scenario, tasks: int) -> Mapping[str, Any]:
    """Return when all jobs are started, when all tasks are settled, and which quota binds."""
    run = _Run(scenario, tasks)
    run.go()
    return {
        "scenario": scenario.name,
        "tasks": tasks,
        "started_seconds": run.started_at,
        "settled_seconds": run.settled_at,
        "binding": max(run.waits, key=lambda name: run.waits[name]),
    }
