"""Composition root of the poller function."""

import functools
import logging
import os
from collections.abc import Mapping

from activity_dispatch.dispatch.poller import Poller, make_poller
from activity_dispatch.dispatch.poller_threads import MAX_POLLS
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.function import make_function_runtime
from activity_dispatch.runtime.lambda_context import LambdaContext
from activity_dispatch.store.dynamodb.leases import DynamoLeases

LOG = logging.getLogger(__name__)


def handle(event: object, context: LambdaContext) -> Mapping[str, int]:
    """Poll for as long as the function may run; return how many polls had which result."""
    try:
        counts = _poller(context).run(lambda: context.get_remaining_time_in_millis() / 1000)
    finally:
        _runtime().announcer.flush()
    LOG.info("polls: %s", dict(counts))
    return counts


@functools.cache
def _runtime() -> Runtime:
    return make_function_runtime(os.environ, threads=MAX_POLLS, also_required=("DISPATCH_QUEUE_URL",))


def _poller(context: LambdaContext) -> Poller:
    runtime = _runtime()
    runtime.clients.begin_invocation()
    leases = DynamoLeases(client=runtime.clients.dynamodb, table=runtime.settings.task_table)
    poller = f"poller {context.log_stream_name}"
    return make_poller(runtime, leases, holder=context.aws_request_id, poller=poller)
