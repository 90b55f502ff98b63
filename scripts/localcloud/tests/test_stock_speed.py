"""Each patch that makes LocalStack faster is still needed, as in test_stock_bugs.py."""

from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from botocore.session import Session
from jsonpath_ng.ext import parse
from localstack.aws.protocol.parser import create_parser
from localstack.services.sqs import provider as sqs_provider
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from twisted.web import http


def test_each_client_gets_its_own_parser() -> None:
    first, second = (Session().get_service_model("lambda") for _ in range(2))
    assert create_parser(first) is not create_parser(second)


def test_a_path_is_parsed_on_each_use() -> None:
    assert parse("$.a") is not parse("$.a")


def test_a_content_type_is_parsed_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[EmailMessage] = []

    def message() -> EmailMessage:
        parsed.append(EmailMessage())
        return parsed[-1]

    monkeypatch.setattr(http, "EmailMessage", message)
    assert {http._parseContentType(b"application/json") for _ in range(2)} == {b"application/json"}
    assert len(parsed) == len(["first", "second"])


def test_each_call_to_a_queue_publishes_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[str] = []
    monkeypatch.setattr(
        sqs_provider, "publish_sqs_metric", lambda **metric: published.append(metric["metric"])
    )
    dispatcher = sqs_provider.CloudwatchDispatcher()
    queue = SimpleNamespace(account_id="1", region="eu-west-1", name="queue")
    for _ in range(2):
        dispatcher.dispatch_metric_received(queue, 1)
    dispatcher.executor.shutdown()
    assert published == ["NumberOfMessagesReceived"] * 2


def test_each_query_compares_wrapped_values(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[DynamoType] = []

    def is_less(one: DynamoType, other: DynamoType) -> bool:
        compared.append(one)
        return bool(one.value < other.value)

    monkeypatch.setattr(DynamoType, "__lt__", is_less)
    items = {key: SimpleNamespace(hash_key=DynamoType({"S": key}), range_key=None) for key in "ba"}
    Table.all_items(SimpleNamespace(items=items, range_key_attr=None))
    assert compared
