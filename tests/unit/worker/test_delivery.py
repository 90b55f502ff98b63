"""Reporting an outcome is retried until Step Functions accepts it."""

import pytest
from botocore.exceptions import EndpointConnectionError

from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.assignment import Assignment
from activity_dispatch.worker.delivery import Delivery

ASSIGNMENT = Assignment(
    task_id="0a" * 16, token="secret", heartbeat_seconds=1, backend="batch", job_id="job-1"
)


FAILED = Failed(error="E", cause=Cause(message="m"))


class Settler:
    """Raises the given problems first, then settles."""

    def __init__(self, *problems: Exception) -> None:
        self.problems = list(problems)
        self.settled: list[object] = []

    def settle(self, task_id: str, token: str, outcome: object, *, release: object) -> str:
        assert (task_id, token, release) == (ASSIGNMENT.task_id, ASSIGNMENT.token, None)
        if self.problems:
            raise self.problems.pop(0)
        self.settled.append(outcome)
        return "succeeded"


def report(settler: Settler, outcome: Succeeded | Failed) -> tuple[object, float]:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += max(seconds, 0.5)

    delivery = Delivery(settler=settler, sleep=sleep, clock=lambda: now[0])  # type: ignore[arg-type]
    return delivery.deliver(ASSIGNMENT, outcome), now[0]


def test_reporting_is_retried_after_temporary_problems() -> None:
    settler = Settler(
        client_error("ThrottlingException", "SendTaskSuccess"),
        client_error("Whatever", "SendTaskSuccess", status=503),
        EndpointConnectionError(endpoint_url="https://states"),
    )
    reported, _ = report(settler, Succeeded(output="1"))
    assert settler.settled == [reported] == [Succeeded(output="1")]


def test_reporting_is_given_up_after_a_minute() -> None:
    problem = client_error("ThrottlingException", "SendTaskSuccess")
    settler = Settler(*[problem] * 1000)
    reported, seconds = report(settler, FAILED)
    assert reported is None
    assert 40 < seconds < 70


@pytest.mark.parametrize(
    ("code", "name"), [("InvalidOutput", "Job.InvalidOutput"), ("AccessDeniedException", "Job.Failed")]
)
def test_an_output_that_step_functions_refuses_becomes_a_failure(code, name) -> None:
    settler = Settler(client_error(code, "SendTaskSuccess"))
    reported, _ = report(settler, Succeeded(output="1"))
    assert isinstance(reported, Failed)
    assert reported.error == name
    assert settler.settled == [reported]


def test_a_failure_that_step_functions_refuses_is_given_up() -> None:
    settler = Settler(client_error("AccessDeniedException", "SendTaskFailure"))
    assert report(settler, FAILED) == (None, 0.0)
