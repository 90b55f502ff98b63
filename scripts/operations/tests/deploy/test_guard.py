"""The account guard."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from operations.deploy import guard
from operations.errors import OperationError


def _answer(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    class Sts:
        def client(self, service: str) -> "Sts":
            assert service == "sts"
            return self

        def get_caller_identity(self) -> Any:
            if isinstance(answer, Exception):
                raise answer
            return {"Account": answer, "Arn": f"arn:aws:iam::{answer}:user/me"}

    monkeypatch.setattr(boto3, "Session", lambda **_: Sts())


@pytest.mark.usefixtures("checkout")
def test_the_right_account_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, "123456789012")
    assert guard.check("dev").account_id == "123456789012"


@pytest.mark.usefixtures("checkout")
def test_credentials_of_another_account_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _answer(monkeypatch, "210987654321")
    with pytest.raises(OperationError, match=r"123456789012.* of account 210987654321 .*nothing was done"):
        guard.check("dev")


@pytest.mark.usefixtures("checkout")
def test_without_credentials_the_account_to_log_in_to_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, NoCredentialsError())
    with pytest.raises(OperationError, match="log in to account 123456789012"):
        guard.check("dev")
