"""While drains wait, there is still a pass a minute, and one only."""

from dataclasses import dataclass, field

import pytest

from activity_dispatch.dispatch.lease import Lease
from activity_dispatch.reconcile.passes_meanwhile import LONGEST_PASS_SECONDS, PassesMeanwhile
from activity_dispatch.testing.leases import InMemoryLeases
from activity_dispatch.testing.stepfunctions import client_error


@dataclass(kw_only=True)
class Waiting:
    """Invocations that wait, on one clock, and when which made a pass."""

    leases: InMemoryLeases = field(default_factory=InMemoryLeases)
    now: float = 1_000.0
    passes: list[tuple[float, str]] = field(default_factory=list)

    def invocation(self, name: str) -> PassesMeanwhile:
        lease = Lease(store=self.leases, name="drain", holder=name, seconds=60, clock=lambda: self.now)
        return PassesMeanwhile(
            take_turn=lease.take,
            make_pass=lambda: self.passes.append((self.now, name)),
            clock=lambda: self.now,
        )


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_five_that_wait_make_one_pass_a_minute_together(waiting: Waiting) -> None:
    invocations = [waiting.invocation(name) for name in "abcde"]
    while waiting.now < 1_300:
        for meanwhile in invocations:
            meanwhile(200.0)
        waiting.now += 5
    times = [when for when, _ in waiting.passes]
    assert times == [1000, 1060, 1120, 1180, 1240]


def test_a_pass_that_would_outlast_the_invocation_is_not_begun(waiting: Waiting) -> None:
    waiting.invocation("a")(LONGEST_PASS_SECONDS - 1)
    assert waiting.passes == []


def test_a_pass_that_fails_does_not_end_the_wait(waiting: Waiting) -> None:
    def fail() -> None:
        raise client_error("ThrottlingException", "Scan")

    meanwhile = waiting.invocation("a")
    meanwhile.make_pass = fail
    meanwhile(200.0)
