"""Composition root of the reporter function."""

import functools
import os
from collections.abc import Mapping
from typing import Any

from activity_dispatch.activities import Activity, ActivityCatalog
from activity_dispatch.backends import registry
from activity_dispatch.backends.base import Backend
from activity_dispatch.composition import Runtime
from activity_dispatch.job_logs import JobLogs
from activity_dispatch.reporting import Reporter


def handle(event: Mapping[str, Any], context: object) -> None:
    """Handle one event of EventBridge."""
    _reporter().handle(event)


@functools.cache
def _reporter() -> Reporter:
    runtime = Runtime.from_environment(os.environ, threads=1)

    def backend_of(activity: Activity) -> Backend:
        return registry.create(activity.backend, activity.config, runtime.clients)

    return Reporter(
        diagnose=registry.diagnose,
        tasks=runtime.tasks,
        activities=ActivityCatalog(source=runtime.tasks),
        backend_of=backend_of,
        logs=JobLogs(client=runtime.clients.logs),
        settler=runtime.settler,
    )
