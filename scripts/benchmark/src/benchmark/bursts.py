"""A burst of tasks that are scheduled at once: how long until the last one starts, and at what cost."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark import items, places
from benchmark.processes import running

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmark.endpoint import Endpoint

WARM_UP = 100
# As many as the dispatcher has.
POLLERS = 40
READY_SECONDS = 60.0
BURST_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One process that starts tasks.

    `function`: one of the stack's functions, under Lambda's runtime client. In mode `requests` it gets
    batches; in mode `poll` it is invoked once and polls.
    """

    name: str
    command: Sequence[str | Path]
    function: str | None = None
    polls: bool = False
    rounds: int = 1


def function(module: str) -> Sequence[str | Path]:
    """Return the command that runs a function of the stack as Lambda does, with AWS's runtime client."""
    return (places.DISPATCHER_PYTHON, "-m", "awslambdaric", f"{module}.handler.handle")


CONTESTANTS = (
    Contestant(name="dispatcher", command=function("dispatcher"), function="dispatcher", rounds=3),
    Contestant(name="poller", command=function("poller"), function="poller", polls=True, rounds=3),
    Contestant(
        name="threads-100",
        command=(places.DISPATCHER_PYTHON, places.CONTESTANTS / "threads_loop.py"),
        rounds=3,
    ),
    Contestant(
        name="stepfunctions-activity-worker",
        command=(places.ACTIVITY_WORKER_PYTHON, places.CONTESTANTS / "activity_worker.py"),
    ),
    Contestant(name="stefuna", command=(places.STEFUNA_PYTHON, places.CONTESTANTS / "stefuna_worker.py")),
    Contestant(name="origin-loop", command=(places.DISPATCHER_PYTHON, places.CONTESTANTS / "origin_loop.py")),
)


def measure(endpoint: Endpoint, contestant: Contestant, tasks: int) -> Mapping[str, Any]:
    """Let one warm contestant start a burst. Raises StubFailed if it does not."""
    endpoint.ask("reset", bucket=tasks + WARM_UP + 3_000.0, function_seconds=900 if contestant.polls else 300)
    wake_up = "poll" if contestant.polls else "requests"
    endpoint.ask("items", items=[items.activity(wake_up=wake_up, pollers=POLLERS)])
    request = items.request() if contestant.function and not contestant.polls else None
    name = contestant.function
    environment = endpoint.function_environment(name) if name else endpoint.environment()
    with running(contestant.name, contestant.command, environment) as process:
        if name:
            endpoint.ask("wait-ready", seconds=READY_SECONDS)
        if contestant.polls:
            endpoint.ask("invoke-later", event={})
            endpoint.ask("wait-polls", count=POLLERS, seconds=READY_SECONDS)
        _burst(endpoint, WARM_UP, request)
        before, calls_before = process.cpu_seconds(), endpoint.ask("report")["calls"]
        _burst(endpoint, tasks, request)
        after, report = process.cpu_seconds(), endpoint.ask("report")
        process.must_run()
    return {**_figures(report, calls_before, tasks), "cpu_ms_per_task": (after - before) * 1000 / tasks}


def _figures(report: Mapping[str, Any], calls_before: Mapping[str, int], tasks: int) -> Mapping[str, Any]:
    counted = report["tasks"]
    calls = {name: count - calls_before.get(name, 0) for name, count in report["calls"].items()}
    return {
        "tasks": tasks,
        "seconds": counted["seconds"],
        "tasks_per_second": tasks / counted["seconds"],
        "calls_per_task": sum(calls.values()) / tasks,
        "lost": counted["handed_out"] - counted["started"],
        "started_twice": counted["started_twice"],
        "invocations": len(report["invocation_ms"]),
        "billed_ms_per_task": sum(report["invocation_ms"]) / counted["scheduled"],
    }


def _burst(endpoint: Endpoint, tasks: int, request: Mapping[str, Any] | None) -> None:
    endpoint.ask("schedule", count=tasks, request=request)
    endpoint.ask("wait-started", seconds=BURST_SECONDS)
    # Until the starts are recorded, too.
    endpoint.ask("wait-settled", seconds=BURST_SECONDS)


def take_turns(endpoint: Endpoint, tasks: int, *, say: Callable[[str], None]) -> Mapping[str, Any]:
    """Let the contestants take turns; return each one's rounds, and its round of median throughput."""
    rounds: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for number in range(max(contestant.rounds for contestant in CONTESTANTS)):
        for contestant in CONTESTANTS:
            if number < contestant.rounds:
                one = measure(endpoint, contestant, tasks)
                rounds[contestant.name].append(one)
                speed, cost = one["tasks_per_second"], one["cpu_ms_per_task"]
                say(f"{contestant.name}: {speed:.0f} tasks/s, {cost:.2f} ms of processor each")
    return {name: {**_median(its_rounds), "rounds": its_rounds} for name, its_rounds in rounds.items()}


def _median(rounds: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    wanted = statistics.median_low(one["tasks_per_second"] for one in rounds)
    return next(one for one in rounds if one["tasks_per_second"] == wanted)
