"""Composition root of the reconciler function."""

import functools
import logging
import os
from collections.abc import Mapping

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.reconciler import Reconciler
from activity_dispatch.runtime.function import make_function_runtime

LOG = logging.getLogger(__name__)

THREADS = 16
# In most regions, Step Functions allows an account 300 heartbeats a second, after a burst of 1,500 (in three
# regions 500 and 3,000). The workers of every stack in the account share it, so the reconciler takes at most
# 250 while it sends, about 190 on average: a pass sends for 45 s of each minute, and in its pause the burst
# is refilled.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
HEARTBEATS_PER_SECOND = 250.0


def handle(event: object, context: object) -> Mapping[str, int]:
    """Make one pass; return how many tasks took which step."""
    reconciler, clients = _reconciler()
    clients.begin_invocation()
    try:
        steps = reconciler.run()
    finally:
        reconciler.metrics.flush()
    LOG.info("steps: %s", dict(steps))
    return steps


@functools.cache
def _reconciler() -> tuple[Reconciler, Clients]:
    # As many threads again take the steps that are no heartbeats.
    runtime = make_function_runtime(
        os.environ, threads=2 * THREADS, also_required=("DISPATCH_QUEUE_URL", "MISSED_TASK_POLL_SECONDS")
    )
    heartbeats = RateLimit(per_second=HEARTBEATS_PER_SECOND)
    return make_reconciler(runtime, threads=THREADS, heartbeats=heartbeats), runtime.clients
