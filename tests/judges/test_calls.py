"""API calls are found in source, and each has to have its action."""

from pathlib import Path

import pytest
from tests.judges.documents import ROOT, Document, Place
from tests.judges.iam import calls
from tests.judges.iam.calls import Caller
from tests.judges.iam.code import Operation, Reach

HANDLER = """
from typing import TYPE_CHECKING
from words.store import Store
if TYPE_CHECKING:
    from words.unused import Unused

def handle(event, context):
    from words import late
    late.send(Store().read())

def other(store):
    store.write()
"""
STORE = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

class Store:
    client: "DynamoDBClient"

    def read(self):
        return self._page()

    def write(self):
        self.client.put_item(TableName="a")

    def _page(self):
        return self.client.get_paginator("query").paginate()

    def send_message(self):
        return self.client.send_message()
"""
LATE = """
from mypy_boto3_sqs import SQSClient

def send(text, client: SQSClient):
    client.send_message_batch(Entries=[text])
"""
FOLDER = calls.WORD_COUNT
GRANT = 'module.function["prepare"].aws_iam_role_policy.this["data"]'


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, ...]:
    (tmp_path / "words").mkdir()
    for name, text in {"handler": HANDLER, "store": STORE, "late": LATE, "__init__": ""}.items():
        (tmp_path / f"words/{name}.py").write_text(text)
    return (tmp_path,)


def _policy(*actions: str, address: str = GRANT, folder: str = FOLDER) -> Document:
    place = Place(folder=folder, test="t", run="r", address=address, attribute="policy")
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return Document(kind="policy", value={"Statement": [statement]}, places=(place,))


def _prepare(monkeypatch: pytest.MonkeyPatch, **never: str) -> None:
    caller = Caller(
        module="prepare.handler",
        function="handle",
        folder=FOLDER,
        roles=('module.function["prepare"]',),
        never={name.replace("_", ":"): reason for name, reason in never.items()},
    )
    monkeypatch.setattr(calls, "CALLERS", (caller,))


def test_only_operations_that_can_be_reached_are_found(sources: tuple[Path, ...]) -> None:
    reach = Reach(sources=sources)
    reach.enter("words.handler", "handle")
    assert reach.operations == {
        Operation(service="dynamodb", name="Query"),
        Operation(service="sqs", name="SendMessageBatch"),
    }
    reach.enter("words.handler", "other")
    assert Operation(service="dynamodb", name="PutItem") in reach.operations
    with pytest.raises(KeyError, match=r"words\.handler\.gone"):
        reach.enter("words.handler", "gone")


@pytest.mark.parametrize(
    ("service", "name", "action"),
    [
        ("stepfunctions", "GetActivityTask", "states:GetActivityTask"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("sqs", "SendMessageBatch", "sqs:SendMessage"),
        ("ecs", "RunTask", "ecs:RunTask"),
    ],
)
def test_an_operation_has_an_action(service: str, name: str, action: str) -> None:
    assert calls.action_of(Operation(service=service, name=name)) == action


def test_an_operation_without_an_action_of_its_name_needs_an_entry() -> None:
    with pytest.raises(LookupError, match="sqs:ListQueuesBatch is no action"):
        calls.action_of(Operation(service="sqs", name="ListQueuesBatch"))


def test_a_call_without_its_action_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _prepare(monkeypatch)
    assert list(calls.faults([_policy("s3:Get*")])) == []
    (fault,) = calls.faults([_policy("s3:PutObject")])
    assert fault.startswith("prepare.handler.handle calls what needs s3:GetObject")
    (unrendered,) = calls.faults([_policy("s3:GetObject", address="module.other.aws_iam_role_policy.this")])
    assert "no run block renders a policy" in unrendered
    (elsewhere,) = calls.faults([_policy("s3:GetObject", folder=calls.TRAINING)])
    assert "no run block renders a policy" in elsewhere


def test_an_exception_that_is_none_any_more_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _prepare(monkeypatch, s3_GetObject="for the test")
    assert list(calls.faults([_policy("s3:PutObject")])) == []
    (fault,) = calls.faults([_policy("s3:GetObject")])
    assert "the exception for s3:GetObject" in fault


def test_every_function_and_the_worker_are_callers() -> None:
    modules = {caller.module for caller in calls.CALLERS}
    handlers = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts[3:])
        for file in ROOT.glob("functions/*/src/*/handler.py")
    }
    assert handlers <= modules
    assert "activity_dispatch.worker.container.cli" in modules
    assert all(reason for caller in calls.CALLERS for reason in caller.never.values())
