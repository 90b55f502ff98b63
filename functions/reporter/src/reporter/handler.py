"""Composition root of the reporter function."""

import functools
import os
from collections.abc import Mapping
from typing import Any

from activity_dispatch.lifecycle.canceller import Canceller, ended_execution
from activity_dispatch.observe.metrics import Metrics
from activity_dispatch.report.failed_events import FailedEvents, make_failed_events
from activity_dispatch.report.reporter import Reporter, make_reporter
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.runtime.function import make_function_runtime


def handle(event: Mapping[str, Any], context: object) -> None:
    """Handle one EventBridge event, or one record of a function's failed invocation.

    Raises what an attempt raises, except the last one: then a record without secrets is kept.
    """
    reporter, canceller, failed_events, metrics = _parts()
    execution = ended_execution(event)
    try:
        if execution is not None:
            canceller.cancel_execution(execution)
        else:
            reporter.handle(event)
    except Exception as error:
        if not failed_events.keep(event, error):
            raise
    finally:
        metrics.flush()


@functools.cache
def _parts() -> tuple[Reporter, Canceller, FailedEvents, Metrics]:
    runtime = make_function_runtime(
        os.environ, threads=1, also_required=("DISPATCH_QUEUE_URL", "REPORT_DEAD_LETTER_URL")
    )
    return make_reporter(runtime), make_canceller(runtime), make_failed_events(runtime), runtime.metrics
