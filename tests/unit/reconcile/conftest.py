"""A reconciler over a stack in memory, with a clock that the tests advance."""

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.reconciler import Reconciler


@pytest.fixture
def now(stack) -> list[float]:
    """Return the time of the stack, as the only item."""
    now = [1_000_000.0]
    stack.clock = lambda: now[0]
    return now


@pytest.fixture
def reconciler(stack, now) -> Reconciler:
    return make_reconciler(stack.runtime, threads=2, heartbeats=RateLimit(per_second=1_000_000))


@pytest.fixture
def dispatched(stack, now):
    """Return a task whose job was started."""
    scheduled = stack.stepfunctions.schedule(stack.arn, '{"n": 1}')
    stack.dispatch()
    return scheduled
