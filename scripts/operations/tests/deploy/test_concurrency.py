"""A deploy stops before the apply if the account can't give the concurrency that the plan reserves."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from operations.deploy import concurrency, environment, terraform
from operations.errors import OperationError


def function(after: int | None, before: int | None = None) -> dict[str, Any]:
    states = {
        name: None if count is None else {"reserved_concurrent_executions": count}
        for name, count in (("before", before), ("after", after))
    }
    return {"type": "aws_lambda_function", "change": states}


NEW = [function(20), function(50), function(5), function(-1), {"type": "aws_sqs_queue", "change": {}}]


class Account:
    def __init__(self, total: int, unreserved: int) -> None:
        self.limit = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved}
        self.error: str | None = None

    def client(self, service: str) -> Account:
        assert service == "lambda"
        return self

    def get_account_settings(self) -> dict[str, Any]:
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": ""}}, "GetAccountSettings")
        return {"AccountLimit": self.limit}


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, terraform_calls: object) -> Any:
    def run(account: Account, changes: list[dict[str, Any]]) -> None:
        monkeypatch.setattr(boto3, "Session", lambda **_: account)
        monkeypatch.setattr(terraform, "planned_changes", lambda _env: changes)
        concurrency.check(environment.read("dev"))

    return run


@pytest.mark.parametrize(("total", "unreserved"), [(1000, 1000), (1000, 175)])
def test_an_account_with_enough_is_left_alone(check: Any, total: int, unreserved: int) -> None:
    check(Account(total, unreserved), NEW)


@pytest.mark.parametrize(("total", "unreserved", "missing"), [(10, 10, 165), (1000, 174, 1)])
def test_what_is_missing_and_what_to_set_is_said(
    check: Any, total: int, unreserved: int, missing: int
) -> None:
    with pytest.raises(OperationError) as caught:
        check(Account(total, unreserved), NEW)
    said = str(caught.value)
    assert "reserves 75 more concurrent Lambda invocations, and 100 must stay unreserved" in said
    assert f"has only {unreserved} of its {total} left" in said
    assert f"by at least {missing}," in said
    assert "dispatch = { reserved_concurrency = { enabled = false } }" in said
    assert "terraform/environments/dev/main.tf" in said


def test_what_the_stack_has_reserved_before_counts_once(check: Any) -> None:
    check(Account(1000, 110), [function(20, before=20), function(60, before=50), function(-1, before=5)])


@pytest.mark.parametrize("changes", [[], [function(-1)], [function(None, before=20)]])
def test_an_account_with_little_may_reserve_nothing(check: Any, changes: list[dict[str, Any]]) -> None:
    check(Account(10, 10), changes)


def test_without_permission_to_ask_the_deploy_goes_on(check: Any, capsys: pytest.CaptureFixture[str]) -> None:
    account = Account(10, 10)
    account.error = "AccessDeniedException"
    check(account, NEW)
    assert "was not checked (GetAccountSettings: AccessDeniedException)" in capsys.readouterr().out
