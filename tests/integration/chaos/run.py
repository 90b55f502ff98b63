"""One run: everything is broken for a while, then left alone until it has come to rest."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.chaos.plan import (
    CALM_SECONDS,
    CHAOS_SECONDS,
    FAULTS,
    FORGE_EVERY_SECONDS,
    KILL_EVERY_SECONDS,
    KILLS,
    MISSED_PASSES,
    MOVE_EVERY_SECONDS,
    PASS_SECONDS,
    SHORT_STARTS,
    SHORTAGE_EVERY_SECONDS,
    Job,
    jobs_of,
)
from tests.integration.chaos.stack import Chaos, is_task


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was asked for, by execution, and how everything ended."""

    chaos: Chaos
    jobs: Mapping[str, Job]
    injected: Mapping[str, int]
    descriptions: Mapping[str, Any]
    histories: Mapping[str, list[Any]]
    seconds: Mapping[str, int]
    last_pass: Any
    left_over: Mapping[str, Any]
    items: list[dict[str, Any]]
    twice: list[str]


def run_once(chaos: Chaos, chance: random.Random, folder: Path, broken: threading.Event) -> Run:
    """Break everything for a while, set `broken`, wait until all has come to rest.

    Programs leave notes in `folder`.
    """
    jobs, moments = jobs_of(chance, folder), [time.monotonic()]
    arns: list[str] = []
    with _watched(chaos, chance), _faults(chaos, chance), ThreadPoolExecutor(1) as pool:
        starting = pool.submit(lambda: arns.extend(chaos.start(*one) for one in enumerate(jobs)))
        with _misled(chaos, chance, arns):
            _kill_until(starting, chaos, chance)
        starting.result()
        moments.append(time.monotonic())
        injected = _by_fault(chaos.call("DELETE", "faults"))
        broken.set()
        running = _rest(_running_of(chaos, arns))
        moments.append(time.monotonic())
    # From here the rule's passes are enough: more than one a minute would poll for missed tasks again.
    last_pass = chaos.last_pass()
    left_over = _rest(chaos.left_over) | running
    moments.append(time.monotonic())
    stepfunctions = chaos.client("stepfunctions")
    return Run(
        chaos=chaos,
        jobs=dict(zip(arns, jobs, strict=True)),
        injected=injected,
        descriptions={arn: stepfunctions.describe_execution(executionArn=arn) for arn in arns},
        histories={arn: _history(stepfunctions, arn) for arn in arns},
        seconds=_seconds(moments),
        last_pass=last_pass,
        left_over=left_over,
        items=[item for item in chaos.items() if is_task(item)],
        twice=sorted(file.stem for file in folder.glob("*.twice")),
    )


@contextmanager
def _faults(chaos: Chaos, chance: random.Random) -> Iterator[None]:
    """Inject faults until they are deleted, at the latest when the block ends."""
    chaos.call("POST", "faults", {"seed": chance.randrange(2**32), "rules": FAULTS})
    try:
        yield
    finally:
        chaos.call("DELETE", "faults")


@contextmanager
def _watched(chaos: Chaos, chance: random.Random) -> Iterator[None]:
    """Start the reconciler's passes but for some, and read the table, for the length of a `with` block."""
    seed = chance.randrange(2**32)
    passes = random.Random(seed)  # noqa: S311 (nothing secret; a thread of its own draws from it)

    def make_pass() -> None:
        if passes.random() >= MISSED_PASSES:
            chaos.reconcile()

    with _repeating((PASS_SECONDS, make_pass), (0.5, chaos.items)):
        yield


@contextmanager
def _misled(chaos: Chaos, chance: random.Random, arns: Sequence[str]) -> Iterator[None]:
    """Forge events of executions, move an activity between services, empty Spot, in a `with` block."""
    forging = random.Random(chance.randrange(2**32))  # noqa: S311 (nothing secret)
    at_home = chaos.described("batch")
    backends = itertools.cycle((chaos.batch_on_ecs, at_home))

    def forge() -> None:
        if arns:
            chaos.forge(forging.choice(arns))

    def move() -> None:
        chaos.describe("batch", next(backends))

    try:
        with _repeating(
            (FORGE_EVERY_SECONDS, forge),
            (MOVE_EVERY_SECONDS, move),
            (SHORTAGE_EVERY_SECONDS, lambda: chaos.empty_spot(SHORT_STARTS)),
        ):
            yield
    finally:
        chaos.describe("batch", at_home)
        chaos.empty_spot(0)


@contextmanager
def _repeating(*repeated: tuple[float, Callable[[], object]]) -> Iterator[None]:
    """Do each of these every so many seconds, in threads, for the length of a `with` block."""
    over = threading.Event()

    def repeat(seconds: float, do: Callable[[], object]) -> None:
        while not over.wait(seconds):
            do()

    threads = [threading.Thread(target=repeat, args=one, daemon=True) for one in repeated]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _kill_until(started: Future[Any], chaos: Chaos, chance: random.Random) -> None:
    """Kill for CHAOS_SECONDS, and until all executions are started."""
    over, never = time.monotonic() + CHAOS_SECONDS, threading.Event()
    for request in itertools.cycle(KILLS):
        if time.monotonic() > over and started.done():
            return
        chaos.kill(chance, request)
        never.wait(KILL_EVERY_SECONDS)


def _running_of(chaos: Chaos, arns: list[str]) -> Callable[[], dict[str, Any]]:
    describe, running = chaos.client("stepfunctions").describe_execution, list(arns)

    def check() -> dict[str, Any]:
        running[:] = [arn for arn in running if describe(executionArn=arn)["status"] == "RUNNING"]
        return {"executions": running} if running else {}

    return check


def _rest(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Wait until nothing is left, or as long as it may take; return what is left."""
    over, never = time.monotonic() + CALM_SECONDS, threading.Event()
    while (found := check()) and time.monotonic() < over:
        never.wait(1)
    return found


def _history(stepfunctions: Any, arn: str) -> list[Any]:
    pages = stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def _by_fault(answer: Mapping[str, Any]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for item in answer["injected"]:
        counted[item["fault"]] += item["times"]
    return counted


def _seconds(moments: list[float]) -> dict[str, int]:
    stages = ("broken", "until all ended", "until at rest")
    return {
        stage: round(end - begin)
        for stage, (begin, end) in zip(stages, itertools.pairwise(moments), strict=True)
    }
