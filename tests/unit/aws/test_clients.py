"""Clients report every throttled answer."""

import json
from types import SimpleNamespace
from typing import Any

import botocore.exceptions
import pytest

from activity_dispatch.aws.clients import Clients


@pytest.mark.parametrize(("code", "reports"), [("ThrottlingException", 3), ("AccessDeniedException", 0)])
def test_each_throttled_answer_is_reported_even_if_a_retry_hides_it(
    monkeypatch, code: str, reports: int
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    operations: list[str] = []
    client = Clients(threads=1, on_throttle=operations.append).sqs
    answers = [400, 400, 400, 200]

    def answer(request: Any, **_: object) -> Any:
        status = answers.pop(0)
        body = json.dumps({"__type": code} if status == 400 else {"QueueUrl": "https://q"}).encode()
        return SimpleNamespace(url=request.url, status_code=status, headers={}, content=body)

    client.meta.events.register("before-send.sqs", answer)
    if reports:
        client.get_queue_url(QueueName="q")
    else:
        with pytest.raises(botocore.exceptions.ClientError):
            client.get_queue_url(QueueName="q")
    assert operations == ["sqs.GetQueueUrl"] * reports


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"QueueName": 1}, "Invalid type for parameter QueueName"),
        ({"QueueName": "q", "Invented": "a"}, 'Unknown parameter in input: "Invented"'),
        ({}, 'Missing required parameter in input: "QueueName"'),
    ],
)
def test_tests_send_no_request_that_botocore_would_refuse(monkeypatch, arguments: Any, problem: str) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    client = Clients(threads=1).sqs
    with pytest.raises(botocore.exceptions.ParamValidationError, match=problem):
        client.get_queue_url(**arguments)
