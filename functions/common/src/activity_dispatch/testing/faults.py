"""Makes AWS calls fail: as planned, or at random but reproducibly for a seed.

Wraps any object with methods: a boto3 client, a fake from this package, a backend. Faults are what the
caller sees after its client's own retries.
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

from activity_dispatch.testing.fault_kinds import AFTER, BEFORE, Fault, Rates, draw_fault
from activity_dispatch.testing.faulty_client import FaultyClient


class Crash(BaseException):
    """The process has died. Not an Exception, so that no handler of ordinary errors catches it."""


@dataclass(frozen=True, kw_only=True)
class InjectedFault:
    """A fault that was injected, and its call: the n-th with its name, counted from 1."""

    call: str
    number: int
    fault: Fault

    def __str__(self) -> str:
        """Return it as a log line."""
        return f"{self.call} #{self.number}: {self.fault}"


type Plan = Callable[[str, int], Fault | None]


@dataclass(kw_only=True)
class Faults:
    """Wraps the clients of one process and makes their calls fail; thread-safe.

    `plan` returns the fault for the n-th call with a name. `die` is called at a crash, and may end the
    process; then Crash is raised. After a crash every call raises Crash until `restart`.
    """

    plan: Plan
    die: Callable[[], object] = lambda: None
    sleep: Callable[[float], object] = time.sleep
    injected: list[InjectedFault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    _stopped: bool = False
    _dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def at(cls, call: str, *, nth: int = 1, times: int = 1, **fields: Any) -> Self:
        """Make the n-th call with this name, and the `times` - 1 after it, fail.

        `call` may be a pattern such as `send_task_*`, whose calls are counted together; `fields` are
        those of `Fault`: `Faults.at("get_activity_task", crash=AFTER, nth=2)`.
        """
        fault, seen = Fault(**fields), Counter[str]()

        def plan(name: str, _number: int) -> Fault | None:
            if not fnmatchcase(name, call):
                return None
            seen[call] += 1
            return fault if nth <= seen[call] < nth + times else None

        return cls(plan=plan)

    @classmethod
    def random(cls, seed: object, rates: Rates | Mapping[str, Rates]) -> Self:
        """Make calls fail at random, at these rates for all calls or by pattern of their names.

        The fault of the n-th call with a name depends only on the seed, the name and n.
        """
        table = {"*": rates} if isinstance(rates, Rates) else dict(rates)

        def plan(name: str, number: int) -> Fault | None:
            found = next((table[pattern] for pattern in table if fnmatchcase(name, pattern)), None)
            chance = random.Random(f"{seed}/{name}/{number}")  # noqa: S311 (no secret)
            return None if found is None else draw_fault(found, chance)

        return cls(plan=plan)

    def __or__(self, other: Self) -> Self:
        """Return faults from both plans; if both have one for a call, this plan's."""

        def plan(name: str, number: int) -> Fault | None:
            mine, theirs = self.plan(name, number), other.plan(name, number)
            return mine or theirs

        return type(self)(plan=plan, die=self.die, sleep=self.sleep)

    def wrap[T](self, client: T) -> T:
        """Return the client with faults in its calls, including paginators' and waiters' calls."""
        return cast("T", FaultyClient(client, self.call))

    def stop(self) -> None:
        """Inject no more faults."""
        self._stopped = True

    def restart(self) -> None:
        """Allow calls again after a crash."""
        self._dead = False

    def call(self, name: str, make: Callable[[], Any]) -> Any:
        """Make a call, with the fault that the plan has for it."""
        fault = self._next(name)
        if fault.delay_seconds:
            self.sleep(fault.delay_seconds)
        if fault.crash is BEFORE:
            self._die(name)
        if fault.fail is not None and fault.when is BEFORE:
            raise fault.error(name)
        if fault.fail is None and fault.crash is None:
            return _make(make, fault)
        # The response is lost, even if it is an error.
        with contextlib.suppress(Exception):
            _make(make, fault)
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
                self.injected.append(InjectedFault(call=name, number=self.calls[name], fault=fault))
            return fault or Fault()

    def _die(self, name: str) -> NoReturn:
        self._dead = True
        self.die()
        raise Crash(name)


def _make(make: Callable[[], Any], fault: Fault) -> Any:
    if fault.duplicate:
        make()
    return make()
