"""A reconciler over a stack in memory, at a time that the tests set."""

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.reconciler import Reconciler


@pytest.fixture
def now(stack) -> list[float]:
    """The time of the table and the reconciler."""
    now = [1_000_000.0]
    stack.clock = lambda: now[0]
    return now


@pytest.fixture
def reconciler(stack, now) -> Reconciler:
    return make_reconciler(stack.runtime, threads=2, heartbeats=RateLimit(per_second=1_000_000))


@pytest.fixture
def dispatched(stack, now):
    """A task whose job was started."""
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')
    stack.dispatch()
    return scheduled
