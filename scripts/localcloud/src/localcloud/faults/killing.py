"""Kill at random: functions' processes, containers, and the hosts of containers."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.compute import runner
from localcloud.compute.batch.jobs import JOBS
from localcloud.compute.ecs.tasks import SPOT_CODE, TASKS
from localcloud.lambdas import running

KINDS = ("functions", "containers", "hosts")


@dataclass(frozen=True, kw_only=True)
class Victim:
    """Something that runs. `kill` returns false if it had already ended."""

    name: str
    kill: Callable[[], bool]


class InvalidKillError(ValueError):
    """A request to kill that does not say what or how many."""


def kill(given: Mapping[str, Any]) -> list[str]:
    """Kill `count` victims, or each with a `probability`; return the names of those killed.

    The same seed picks the same positions among the victims sorted by name.
    """
    kind, prefix = given.get("what"), given.get("function", "")
    if kind not in KINDS or not isinstance(prefix, str):
        raise InvalidKillError(
            f"what must be one of {', '.join(KINDS)}, not {kind!r}; "
            f"function must be a name prefix, not {prefix!r}"
        )
    if prefix and kind != "functions":
        raise InvalidKillError(f"function is allowed only if what is functions, not {kind!r}")
    victims = sorted(_VICTIMS[kind](prefix), key=lambda victim: victim.name)
    return [victim.name for victim in _picked(victims, given) if victim.kill()]


def _picked(victims: Sequence[Victim], given: Mapping[str, Any]) -> Sequence[Victim]:
    chance = random.Random(given.get("seed"))  # noqa: S311  (not a secret: tests repeat it)
    count, probability = given.get("count"), given.get("probability")
    if isinstance(count, int) and count >= 0 and probability is None:
        return chance.sample(victims, min(count, len(victims)))
    if isinstance(probability, int | float) and 0 <= probability <= 1 and count is None:
        return [victim for victim in victims if chance.random() < probability]
    raise InvalidKillError("exactly one of count (from 0) and probability (0 to 1) is required")


def _functions(prefix: str) -> list[Victim]:
    return [
        Victim(name=name, kill=process.crash)
        for name, process in running.processes()
        if name.startswith(prefix)
    ]


def _containers(_prefix: str) -> list[Victim]:
    def victim(container: Any) -> Victim:
        def end() -> bool:
            container.kill()
            return True

        return Victim(name=container.id, kill=end)

    return [victim(found) for found in runner.runner().running()]


def _hosts(_prefix: str) -> list[Victim]:
    tasks = [
        Victim(name=task.arn, kill=lambda task=task: task.interrupt(SPOT_CODE))  # type: ignore[misc]
        for task in TASKS.all()
        if task.describe()["lastStatus"] == "RUNNING"
    ]
    jobs = [Victim(name=job.id, kill=job.interrupt) for job in JOBS.running()]
    return [*tasks, *jobs]


_VICTIMS: Mapping[str, Callable[[str], list[Victim]]] = {
    "functions": _functions,
    "containers": _containers,
    "hosts": _hosts,
}
