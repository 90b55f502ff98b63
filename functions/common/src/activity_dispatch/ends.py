"""What the reporter and the reconciler have in common, made from a runtime."""

from activity_dispatch.backends import registry
from activity_dispatch.cancelling import Canceller
from activity_dispatch.composition import Runtime
from activity_dispatch.job_logs import JobLogs
from activity_dispatch.reporting import Reporter


def make_reporter(runtime: Runtime) -> Reporter:
    """Make what turns ends of jobs into outcomes."""
    return Reporter(
        diagnose=registry.diagnose,
        tasks=runtime.tasks,
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        logs=JobLogs(client=runtime.clients.logs),
        settler=runtime.settler,
    )


def make_canceller(runtime: Runtime) -> Canceller:
    """Make what stops jobs that nobody waits for."""
    return Canceller(
        stepfunctions=runtime.clients.stepfunctions,
        tasks=runtime.tasks,
        activities=runtime.activities,
        backend_of=runtime.backend_of,
        settler=runtime.settler,
    )
