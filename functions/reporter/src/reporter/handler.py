"""Composition root of the reporter function."""

import functools
import os
import time
from collections.abc import Mapping
from typing import Any

from activity_dispatch.lifecycle.canceller import Canceller, ended_execution
from activity_dispatch.observe.announcer import Announcer
from activity_dispatch.observe.metrics import Metrics
from activity_dispatch.report.failed_events import FailedEvents, make_failed_events
from activity_dispatch.report.redriver import Redriver, make_redriver, redriven_execution
from activity_dispatch.report.reporter import Reporter, make_reporter
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.runtime.function import make_function_runtime
from activity_dispatch.runtime.lambda_context import LambdaContext

# How many tasks of one execution are cancelled at a time.
THREADS = 16
# Kept for the tasks that are being cancelled when the time is up: calls are retried for about this long.
SECONDS_TO_FINISH = 60.0


def handle(event: Mapping[str, Any], context: LambdaContext) -> None:
    """Handle one EventBridge event, or one record of a function's failed invocation.

    Raises what an attempt raises, except the last one: then a record without secrets is kept.
    """
    reporter, canceller, redriver, failed_events, announcer, metrics = _parts()
    ended, redriven, began = ended_execution(event), redriven_execution(event), time.time()
    try:
        if ended is not None:
            canceller.cancel_execution(
                ended, lambda: context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_FINISH
            )
        elif redriven is not None:
            redriver.ask(redriven)
        else:
            reporter.handle(event)
    except Exception as error:
        if not failed_events.keep(event, error, began):
            raise
    finally:
        announcer.flush()
        metrics.flush()


@functools.cache
def _parts() -> tuple[Reporter, Canceller, Redriver, FailedEvents, Announcer, Metrics]:
    runtime = make_function_runtime(
        os.environ, threads=THREADS, also_required=("DISPATCH_QUEUE_URL", "REPORT_DEAD_LETTER_URL")
    )
    return (
        make_reporter(runtime),
        make_canceller(runtime, threads=THREADS),
        make_redriver(runtime),
        make_failed_events(runtime),
        runtime.announcer,
        runtime.metrics,
    )
