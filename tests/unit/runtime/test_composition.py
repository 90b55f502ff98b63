"""The parts that every function is composed of."""

import logging

import pytest

from activity_dispatch.domain.naming import Stack
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable

ENVIRONMENT = {"TASK_TABLE": "tasks", "PAYLOAD_BUCKET": "payloads", "LOG_LEVEL": "DEBUG"}
LOGGERS = ["", "botocore", "botocore.endpoint", "urllib3"]


@pytest.fixture(autouse=True)
def _levels(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_debug_logging_does_not_log_requests_with_task_tokens() -> None:
    Runtime.from_environment(ENVIRONMENT, threads=1)
    assert logging.getLogger("activity_dispatch").isEnabledFor(logging.DEBUG)
    for name in ("botocore.endpoint", "botocore.parsers", "urllib3.connectionpool"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


def test_the_region_comes_from_the_environment() -> None:
    runtime = Runtime.from_environment(ENVIRONMENT, threads=1)
    assert runtime.answers.client.meta.region_name == "eu-west-1"
    assert runtime.settler.answers is runtime.answers


def test_functions_judge_descriptions_and_containers_have_none_to_judge() -> None:
    named = {**ENVIRONMENT, "STACK_NAME": "studio", "SHARED_NAMES": "studio,jobs"}
    judging = Runtime.from_environment(named, threads=1).tasks
    assert isinstance(judging, DynamoTaskTable)
    assert judging.stack == Stack(name="studio", shared=("studio", "jobs"))
    other = Runtime.from_environment(ENVIRONMENT, threads=1).tasks
    assert isinstance(other, DynamoTaskTable)
    assert other.stack is None
