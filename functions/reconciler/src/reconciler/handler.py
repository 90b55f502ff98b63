"""Composition root of the reconciler function."""

import functools
import logging
import os
from collections.abc import Mapping

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.dispatch.lease import Lease
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.drain import Drain, DrainRequest
from activity_dispatch.reconcile.passes_meanwhile import PassesMeanwhile
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.function import make_function_runtime
from activity_dispatch.runtime.lambda_context import LambdaContext
from activity_dispatch.store.dynamodb.leases import DynamoLeases

LOG = logging.getLogger(__name__)

THREADS = 16
# In most regions, Step Functions allows an account 300 heartbeats a second, after a burst of 1,500 (in three
# regions 500 and 3,000). The workers of every stack in the account share it, so the reconciler takes at most
# 250 while it sends, about 190 on average: a pass sends for 45 s of each minute, and in its pause the burst
# is refilled.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
HEARTBEATS_PER_SECOND = 250.0
# As long as a pass while a drain waits, so that there is one a minute however many wait.
DRAIN_LEASE_SECONDS = 60.0


def handle(event: object, context: LambdaContext) -> Mapping[str, int]:
    """Make one pass, and return how many tasks took which step; or drain, if Terraform asks for that."""
    runtime, reconciler = _parts()
    runtime.clients.begin_invocation()
    request = DrainRequest.from_event(event)
    if request is None:
        return _make_pass(runtime, reconciler)
    return _drain(runtime, reconciler, context).run(
        request, lambda: context.get_remaining_time_in_millis() / 1000
    )


def _make_pass(runtime: Runtime, reconciler: Reconciler) -> Mapping[str, int]:
    try:
        steps = reconciler.run()
    finally:
        runtime.announcer.flush()
        reconciler.metrics.flush()
    LOG.info("steps: %s", dict(steps))
    return steps


def _drain(runtime: Runtime, reconciler: Reconciler, context: LambdaContext) -> Drain:
    leases = DynamoLeases(client=runtime.clients.dynamodb, table=runtime.settings.task_table)
    holder = context.aws_request_id
    lease = Lease(store=leases, name="drain", holder=holder, seconds=DRAIN_LEASE_SECONDS)
    meanwhile = PassesMeanwhile(
        take_turn=lease.take,
        make_pass=lambda: _make_pass(runtime, reconciler),
        clock=runtime.clock,
    )
    return Drain(tasks=runtime.tasks, meanwhile=meanwhile, clock=runtime.clock, sleep=runtime.sleep)


@functools.cache
def _parts() -> tuple[Runtime, Reconciler]:
    # As many threads again take the steps that are no heartbeats.
    runtime = make_function_runtime(
        os.environ, threads=2 * THREADS, also_required=("DISPATCH_QUEUE_URL", "MISSED_TASK_POLL_SECONDS")
    )
    heartbeats = RateLimit(per_second=HEARTBEATS_PER_SECOND)
    return runtime, make_reconciler(runtime, threads=THREADS, heartbeats=heartbeats)
