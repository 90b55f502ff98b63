"""Makes AWS calls go wrong: on a plan, or at random but the same for the same seed.

Wraps whatever has methods: a client of boto3, a fake of this package, a backend. What happens is
what the caller sees once its client has done its own retries.
"""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NoReturn, Self, cast

from activity_dispatch.testing.fault_kinds import AFTER, BEFORE, Fault, Rates, drawn
from activity_dispatch.testing.faulty_client import FaultyClient


class Crash(BaseException):
    """The process has died. No Exception: nothing that is meant for a program's failures catches it."""


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A fault that was made, and the call that it met: the n-th of its name, from 1."""

    call: str
    number: int
    fault: Fault

    def __str__(self) -> str:
        """Return it as a line of a log."""
        return f"{self.call} #{self.number}: {self.fault}"


type Plan = Callable[[str, int], Fault | None]


@dataclass(kw_only=True)
class Faults:
    """Wraps the clients of one process and makes their calls go wrong; for any number of threads.

    `plan` says what goes wrong at the n-th call of a name; `die` ends the process and by default
    raises Crash. From then on every call raises Crash too, until `restart`: the dead call nobody.
    """

    plan: Plan
    die: Callable[[], object] = lambda: None
    sleep: Callable[[float], object] = time.sleep
    happened: list[Happened] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    _stopped: bool = False
    _dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def at(cls, call: str, *, nth: int = 1, times: int = 1, **fields: Any) -> Self:
        """Make the n-th call of this name, and the `times` - 1 after it, go wrong.

        `call` may be a pattern such as `send_task_*`, whose calls are counted together; `fields` are
        those of `Fault`: `Faults.at("get_activity_task", crash=AFTER, nth=2)`.
        """
        wanted, seen = Fault(**fields), Counter[str]()

        def plan(name: str, _number: int) -> Fault | None:
            if not fnmatchcase(name, call):
                return None
            seen[call] += 1
            return wanted if nth <= seen[call] < nth + times else None

        return cls(plan=plan)

    @classmethod
    def random(cls, seed: object, rates: Rates | Mapping[str, Rates]) -> Self:
        """Make calls go wrong at random, at these rates for all calls or for those of a pattern.

        What the n-th call of a name meets depends on the seed, the name and n, and on nothing else.
        """
        table = {"*": rates} if isinstance(rates, Rates) else dict(rates)

        def plan(name: str, number: int) -> Fault | None:
            found = next((table[pattern] for pattern in table if fnmatchcase(name, pattern)), None)
            chance = random.Random(f"{seed}/{name}/{number}")  # noqa: S311 (no secret)
            return None if found is None else drawn(found, chance)

        return cls(plan=plan)

    def __or__(self, other: Self) -> Self:
        """Return faults of both plans; this one's where both have one."""

        def plan(name: str, number: int) -> Fault | None:
            mine, theirs = self.plan(name, number), other.plan(name, number)
            return mine or theirs

        return type(self)(plan=plan, die=self.die, sleep=self.sleep)

    def wrap[T](self, client: T) -> T:
        """Return the client with its calls going wrong; paginators' and waiters' calls too."""
        return cast("T", FaultyClient(client, self.call))

    def stop(self) -> None:
        """Let nothing go wrong any more."""
        self._stopped = True

    def restart(self) -> None:
        """Let calls be made again after a crash."""
        self._dead = False

    def call(self, name: str, make: Callable[[], Any]) -> Any:
        """Make a call with what the plan has for it."""
        fault = self._next(name)
        if fault.delay_seconds:
            self.sleep(fault.delay_seconds)
        if fault.crash is BEFORE:
            self._die(name)
        if fault.fail is not None and fault.when is BEFORE:
            raise fault.error(name)
        if fault.fail is None and fault.crash is None:
            return _made(make, fault)
        # The answer is lost, and so is an answer that is an error.
        with contextlib.suppress(Exception):
            _made(make, fault)
        if fault.crash is AFTER:
            self._die(name)
        raise fault.error(name)

    def _next(self, name: str) -> Fault:
        with self._lock:
            if self._dead:
                raise Crash(f"{name}: the process is dead")
            self.calls[name] += 1
            fault = None if self._stopped else self.plan(name, self.calls[name])
            if fault is not None:
                self.happened.append(Happened(call=name, number=self.calls[name], fault=fault))
            return fault or Fault()

    def _die(self, name: str) -> NoReturn:
        self._dead = True
        self.die()
        raise Crash(name)


def _made(make: Callable[[], Any], fault: Fault) -> Any:
    if fault.duplicate:
        make()
    return make()
