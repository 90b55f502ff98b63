"""What RunTask answers, and what it means for the task."""

import pytest
from tests.unit.backends.ecs.run_task import ARN, expected
from tests.unit.backends.stubs import TASK

from activity_dispatch.backends.base import StartRefused


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 400, "Dispatch.Throttled"),
        ("ServerException", 500, "Dispatch.CapacityUnavailable"),
        ("ClusterNotFoundException", 400, "Dispatch.InvalidRequest"),
        ("InvalidParameterException", 400, "Dispatch.InvalidRequest"),
    ],
)
def test_errors_become_dispatch_errors(stubbed, code: str, status: int, error: str) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("run_task", code, "said ECS", status)
    with pytest.raises(StartRefused, match=f"{code}.*said ECS") as caught:
        backend.start(TASK)
    assert caught.value.error == error


def test_a_start_is_retried_when_fargate_has_no_capacity(stubbed) -> None:
    stubber, backend = stubbed
    full = {"tasks": [], "failures": [{"reason": "Capacity is unavailable at this time", "detail": ""}]}
    # ECS may keep an answer with its token: the next attempt has another.
    second = {**expected(), "clientToken": f"{TASK.task_id}-1"}
    for _ in range(2):
        stubber.add_response("run_task", full, expected())
        stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []}, second)
        assert backend.start(TASK) == ARN


def test_a_start_repeated_after_a_change_of_configuration_finds_its_task(stubbed) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("run_task", "ConflictException", modeled_fields={"resourceIds": [ARN]})
    assert backend.start(TASK) == ARN
    stubber.add_client_error("run_task", "ConflictException", modeled_fields={"resourceIds": []})
    with pytest.raises(StartRefused, match="ConflictException") as caught:
        backend.start(TASK)
    assert (caught.value.error, caught.value.may_run) == ("Dispatch.CapacityUnavailable", True)


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (
            "InvalidParameterException",
            "Error retrieving security group information for [sg-1]: Request limit exceeded. "
            "(ErrorCode: RequestLimitExceeded)",
            "Dispatch.Throttled",
        ),
        ("ClientException", "Tasks provisioning capacity limit exceeded.", "Dispatch.CapacityUnavailable"),
        ("ClientException", "TaskDefinition not found.", "Dispatch.InvalidRequest"),
        ("AccessDeniedException", "throttled", "Dispatch.InvalidRequest"),
    ],
)
def test_a_refusal_for_load_has_a_name_that_is_retried(stubbed, code: str, message: str, error: str) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("run_task", code, message)
    with pytest.raises(StartRefused) as caught:
        backend.start(TASK)
    assert (caught.value.error, caught.value.may_run) == (error, False)


@pytest.mark.parametrize(
    ("reason", "attempts", "error"),
    [("RESOURCE:ENI", 2, "Dispatch.CapacityUnavailable"), ("MISSING", 1, "Dispatch.InvalidRequest")],
)
def test_failures_in_the_answer_become_dispatch_errors(
    stubbed, reason: str, attempts: int, error: str
) -> None:
    stubber, backend = stubbed
    for _ in range(attempts):
        answer = {"tasks": [], "failures": [{"arn": "arn", "reason": reason, "detail": "why"}]}
        stubber.add_response("run_task", answer)
    with pytest.raises(StartRefused, match=f"{reason} why") as caught:
        backend.start(TASK)
    assert caught.value.error == error
