"""Composition root of the dispatcher function."""

import functools
import os
from collections.abc import Mapping, Sequence
from typing import Any

from activity_dispatch.dispatch.assembly import make_batch_handler
from activity_dispatch.dispatch.batch import BatchHandler
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.function import make_function_runtime
from activity_dispatch.runtime.lambda_context import LambdaContext

# Concurrent polls. An activity allows 1,000 pollers, and 20 dispatchers are the default.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
THREADS = 40


def handle(
    event: Mapping[str, Sequence[Mapping[str, Any]]], context: LambdaContext
) -> dict[str, list[dict[str, str]]]:
    """Handle a batch of dispatch requests; return SQS's partial batch response."""
    seconds_left = context.get_remaining_time_in_millis() / 1000
    handler, runtime = _parts(context.log_stream_name)
    runtime.clients.begin_invocation()
    try:
        return handler.run(event["Records"], seconds_left)
    finally:
        runtime.announcer.flush()
        runtime.metrics.flush()


@functools.cache
def _parts(log_stream_name: str) -> tuple[BatchHandler, Runtime]:
    runtime = make_function_runtime(os.environ, threads=THREADS, also_required=("DISPATCH_QUEUE_URL",))
    handler = make_batch_handler(runtime, f"dispatcher {log_stream_name}", threads=THREADS)
    return handler, runtime
