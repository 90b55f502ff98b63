"""What ends tasks for the reporter and the reconciler, composed from the runtime's parts.

Apart from the runtime, because dispatcher and workers must not pay for importing it at a cold start.
"""

from activity_dispatch.lifecycle.canceller import Canceller
from activity_dispatch.lifecycle.concluder import Concluder
from activity_dispatch.lifecycle.job_logs import JobLogs, LogPatience
from activity_dispatch.runtime.composition import Runtime

# An event about a job's end comes at once, and its handler has a minute for it.
REPORTER_PATIENCE = LogPatience()
# A pass has many tasks, and another follows: what can't be read at once is left for it.
RECONCILER_PATIENCE = LogPatience(total=0.0)


def make_concluder(runtime: Runtime, patience: LogPatience = REPORTER_PATIENCE) -> Concluder:
    """Compose what concludes tasks whose jobs have ended."""
    return Concluder(
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        logs=JobLogs(
            client=runtime.clients.logs, patience=patience, clock=runtime.clock, sleep=runtime.sleep
        ),
        settler=runtime.settler,
        chain=runtime.chain,
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
