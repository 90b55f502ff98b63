"""Composition root of the dispatcher function."""

import functools
import os
from collections.abc import Mapping, Sequence
from typing import Any

from activity_dispatch.activities import Activity, ActivityCatalog
from activity_dispatch.backends import registry
from activity_dispatch.backends.base import Backend
from activity_dispatch.composition import Runtime
from activity_dispatch.dispatch_batch import BatchHandler
from activity_dispatch.dispatching import Dispatcher
from activity_dispatch.lambda_context import LambdaContext
from activity_dispatch.limits import MAX_WORKER_NAME_CHARACTERS

# One for each message of a batch.
THREADS = 10


def handle(
    event: Mapping[str, Sequence[Mapping[str, Any]]], context: LambdaContext
) -> dict[str, list[dict[str, str]]]:
    """Handle a batch of dispatch requests; returns SQS's partial batch response."""
    seconds_left = context.get_remaining_time_in_millis() / 1000
    return _batch_handler(context.log_stream_name).run(event["Records"], seconds_left)


@functools.cache
def _batch_handler(log_stream_name: str) -> BatchHandler:
    runtime = Runtime.from_environment(os.environ, threads=THREADS, also_required=("DISPATCH_QUEUE_URL",))

    def backend_of(activity: Activity) -> Backend:
        return registry.create(activity.backend, activity.config, runtime.clients)

    dispatcher = Dispatcher(
        stepfunctions=runtime.clients.stepfunctions_poll,
        activities=ActivityCatalog(source=runtime.tasks),
        tasks=runtime.tasks,
        settler=runtime.settler,
        backend_of=backend_of,
        # Shown in the execution's history: where to look for this dispatcher's log.
        worker_name=f"dispatcher {log_stream_name}"[:MAX_WORKER_NAME_CHARACTERS],
    )
    return BatchHandler(
        handle=dispatcher.handle,
        sqs=runtime.clients.sqs,
        queue_url=runtime.settings.dispatch_queue_url,
        threads=THREADS,
    )
