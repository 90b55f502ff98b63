"""A function's metrics."""

import json
import logging

import pytest

from activity_dispatch.observe.metrics import NO_METRICS, Metric
from activity_dispatch.runtime.function import make_function_runtime

ENVIRONMENT = {"TASK_TABLE": "tasks", "PAYLOAD_BUCKET": "payloads"}


@pytest.fixture
def _aws(monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    levels = {name: logging.getLogger(name).level for name in ("", "botocore", "urllib3")}
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("_aws")
def test_without_a_stacks_name_nothing_is_measured(capsys) -> None:
    assert make_function_runtime(ENVIRONMENT, threads=1).metrics is NO_METRICS
    runtime = make_function_runtime({**ENVIRONMENT, "STACK_NAME": "orders"}, threads=1)
    assert runtime.settler.metrics is runtime.metrics
    runtime.metrics.put(Metric.OPEN_TASKS, 1)
    runtime.metrics.flush()
    assert json.loads(capsys.readouterr().out)["stack"] == "orders"
