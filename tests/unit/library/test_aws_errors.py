"""AWS errors are judged by their code."""

import pytest

from activity_dispatch.aws_errors import ErrorKind, classify
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
        ("ActivityDoesNotExist", 400, ErrorKind.NOT_FOUND),
        ("SomethingNew", 503, ErrorKind.UNAVAILABLE),
        ("SomethingNew", 400, ErrorKind.REFUSED),
        ("AccessDeniedException", 403, ErrorKind.REFUSED),
    ],
)
def test_kinds(code: str, status: int, kind: ErrorKind) -> None:
    assert classify(client_error(code, "Operation", status)) is kind
