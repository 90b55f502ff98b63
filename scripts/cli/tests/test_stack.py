"""Stacks are found by name, and what is wrong is said in one line."""

import boto3
import pytest
from scripts.cli.tests.conftest import REGION, publish

from activity_dispatch_cli.account import connect
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.stack import Stack, find, published

pytestmark = pytest.mark.usefixtures("aws")


def test_the_only_stack_needs_no_name() -> None:
    publish("orders")
    assert find(connect(), None).name == "orders"


def test_of_several_stacks_one_must_be_chosen() -> None:
    publish("orders")
    publish("reports")
    with pytest.raises(
        CommandError, match="--stack: needed to choose one; stacks in eu-west-1: orders, reports"
    ):
        find(connect(), None)
    assert find(connect(), "reports").name == "reports"
    assert [stack.name for stack in published(connect())] == ["orders", "reports"]


@pytest.mark.parametrize("name", ["nonsense", "a//b", ""])
def test_an_unknown_stack_is_refused_with_those_that_exist(name: str) -> None:
    publish("orders")
    with pytest.raises(CommandError, match="is none; stacks in eu-west-1: orders"):
        find(connect(), name)


def test_without_stacks() -> None:
    with pytest.raises(CommandError, match="there is no stack in us-east-1"):
        find(connect(region="us-east-1"), None)


def test_other_parameters_and_other_versions_are_named() -> None:
    publish("orders", version=2)
    with pytest.raises(CommandError, match="has version 2; this command reads version 1"):
        find(connect(), "orders")
    boto3.client("ssm", REGION).put_parameter(Name="/activity-dispatch/x", Type="String", Value="a\ntext")
    with pytest.raises(CommandError, match="/activity-dispatch/x holds no stack's handle"):
        find(connect(), "x")


def test_the_region_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="--region: not given"):
        connect()
    with pytest.raises(CommandError, match="--profile: The config profile"):
        connect(profile="nonsense")


def test_a_local_cloud_sees_no_real_credentials() -> None:
    account = connect(endpoint="http://127.0.0.1:4566")
    assert account.session.get_credentials().access_key == "test"  # type: ignore[union-attr]
    assert account.clients.ssm.meta.endpoint_url == "http://127.0.0.1:4566"
    assert account.console_region is None


def test_the_librarys_parts_have_the_stacks_settings(stack: Stack) -> None:
    settings = stack.runtime.settings
    assert (settings.task_table, settings.payload_bucket) == ("orders-tasks", "orders-data")
    assert settings.stack_name == "orders"
    assert stack.arn("stateMachine:words") == "arn:aws:states:eu-west-1:000000000000:stateMachine:words"
