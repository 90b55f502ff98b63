"""AWS errors are classified by their codes."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ParamValidationError,
    ReadTimeoutError,
    SSLError,
)

from activity_dispatch.aws.errors import ErrorKind, classify, may_have_happened
from activity_dispatch.testing.stepfunctions import client_error


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 400, ErrorKind.THROTTLED),
        ("TooManyRequestsException", 429, ErrorKind.THROTTLED),
        ("TaskTimedOut", 400, ErrorKind.TASK_GONE),
        ("TaskDoesNotExist", 400, ErrorKind.TASK_GONE),
        ("InvalidToken", 400, ErrorKind.TASK_GONE),
        ("ConditionalCheckFailedException", 400, ErrorKind.CONDITION_FAILED),
        ("SomethingNew", 503, ErrorKind.UNAVAILABLE),
        ("SomethingNew", 400, ErrorKind.REFUSED),
        ("AccessDeniedException", 403, ErrorKind.REFUSED),
    ],
)
def test_an_error_is_classified_by_its_code_and_status(code: str, status: int, kind: ErrorKind) -> None:
    assert classify(client_error(code, "Operation", status)) is kind


def retried(code: str) -> ClientError:
    error = client_error(code, "Operation")
    error.response["ResponseMetadata"]["RetryAttempts"] = 1
    return error


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (client_error("ThrottlingException", "Operation"), False),
        (client_error("ValidationException", "Operation"), False),
        (client_error("InternalServerError", "Operation", 500), True),
        (retried("ThrottlingException"), True),
        (ReadTimeoutError(endpoint_url="https://aws.invalid"), True),
        (ConnectionClosedError(endpoint_url="https://aws.invalid"), True),
        (ParamValidationError(report="wrong"), False),
        # The last of several attempts had no connection; an earlier one may have been answered.
        (EndpointConnectionError(endpoint_url="https://aws.invalid", error="refused"), True),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), True),
        (client_error("ResourceLimitExceeded", "Operation"), False),
    ],
)
def test_a_call_without_an_answer_may_have_happened(error: ClientError | BotoCoreError, may: bool) -> None:
    assert may_have_happened(error) is may


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (EndpointConnectionError(endpoint_url="https://aws.invalid", error="refused"), False),
        (ConnectTimeoutError(endpoint_url="https://aws.invalid"), False),
        (SSLError(endpoint_url="https://aws.invalid", error=OSError("cut off")), True),
        (ReadTimeoutError(endpoint_url="https://aws.invalid"), True),
    ],
)
def test_a_single_attempt_without_a_connection_has_not_happened(error: BotoCoreError, may: bool) -> None:
    assert may_have_happened(error, tried_once=True) is may
