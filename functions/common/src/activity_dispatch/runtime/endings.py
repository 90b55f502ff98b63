"""What ends tasks for the reporter and the reconciler, composed from the runtime's parts.

Apart from the runtime, because dispatcher and workers must not pay for importing it at a cold start.
"""

from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.lifecycle.concluder import Concluder
from activity_dispatch.lifecycle.job_logs import JobLogs
from activity_dispatch.runtime.composition import Runtime


def make_concluder(runtime: Runtime) -> Concluder:
    """Compose what concludes tasks whose jobs have ended."""
    return Concluder(
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        logs=JobLogs(client=runtime.clients.logs),
        settler=runtime.settler,
    )


def make_canceller(runtime: Runtime, *, threads: int = 1) -> Canceller:
    """Compose what stops jobs that nobody waits for, those of one execution `threads` at a time."""
    return Canceller(
        stepfunctions=runtime.clients.stepfunctions,
        answers=runtime.answers,
        tasks=runtime.tasks,
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        settler=runtime.settler,
        threads=threads,
    )
