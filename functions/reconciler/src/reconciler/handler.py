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
# Step Functions allows a burst of 1,500 and 300 a second, in some regions 3,000 and 500, shared with the
# workers: 10,000 heartbeats fit into half a minute. Where the limit is 300, some of the last ones are
# refused once and retried.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
HEARTBEATS_PER_SECOND = 400.0
HEARTBEATS_AT_ONCE = 500


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
    runtime = make_function_runtime(
        os.environ, threads=THREADS, also_required=("DISPATCH_QUEUE_URL", "MISSED_TASK_POLL_SECONDS")
    )
    heartbeats = RateLimit(per_second=HEARTBEATS_PER_SECOND, burst=HEARTBEATS_AT_ONCE)
    return make_reconciler(runtime, threads=THREADS, heartbeats=heartbeats), runtime.clients
