"""The simulated cases, with the measured speed of a dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.model import Rate, Scenario, simulate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES = (10_000, 100_000, 1_000_000)
JOB_SECONDS = 5.0
# In us-east-1, us-west-2 and eu-west-1; other regions have less.
_STEPS = Rate(at_once=3_000, a_second=500)
_STEPS_ELSEWHERE = Rate(at_once=1_500, a_second=300)
# Lambda allows ten asynchronous invocations a second for each concurrent execution.
_INVOKES = Rate(at_once=10_000, a_second=10_000)
_RUN_TASK, _SUBMIT_JOB = Rate(at_once=100, a_second=20), Rate(at_once=50, a_second=50)
_RAISED = Rate(at_once=15_000, a_second=2_500)

ADVICE = {
    "GetActivityTask": "Step Functions: the throttle of GetActivityTask",
    "SendTaskSuccess": "Step Functions: the throttle of SendTaskSuccess",
    "starts of the backend": "the backend's rate: Fargate launches, or Batch SubmitJob",
    "jobs at once": "the backend's concurrency: Lambda's concurrent executions, Fargate's vCPUs",
    "dispatchers": "nothing: raise `max_dispatchers`",
}


def scenarios(dispatcher_per_second: float) -> Sequence[Scenario]:
    """Return the cases, for a dispatcher that starts this many tasks a second."""

    def case(name: str, **changes: Any) -> Scenario:
        usual: dict[str, Any] = {
            "polls": _STEPS,
            "settles": _STEPS,
            "starts": _INVOKES,
            "jobs_at_once": 1_000,
            "job_seconds": JOB_SECONDS,
            "dispatcher_per_second": dispatcher_per_second,
        }
        return Scenario(name=name, **{**usual, **changes})

    return (
        case("lambda"),
        case("lambda, 10,000 at once", jobs_at_once=10_000),
        case("lambda, 10,000 at once, other regions", jobs_at_once=10_000, **_both(_STEPS_ELSEWHERE)),
        case(
            "lambda, 20,000 at once, 2,500 polls/s",
            jobs_at_once=20_000,
            **_both(_RAISED),
            max_dispatchers=100,
        ),
        case("fargate", starts=_RUN_TASK),
        case("fargate, 100 launches a second", starts=Rate(at_once=500, a_second=100), jobs_at_once=4_000),
        case("batch", starts=_SUBMIT_JOB, jobs_at_once=10_000),
    )


def _both(rate: Rate) -> Mapping[str, Rate]:
    """Return one Step Functions throttle for both polls and outcomes."""
    return {"polls": rate, "settles": rate}


def measure(dispatcher_per_second: float, sizes: Sequence[int] = SIZES) -> Mapping[str, Any]:
    """Simulate every case at every size."""
    return {
        "dispatcher_per_second": dispatcher_per_second,
        "job_seconds": JOB_SECONDS,
        "runs": [simulate(case, size) for case in scenarios(dispatcher_per_second) for size in sizes],
    }
