"""A function finds its task's trace in the environment, and not its predecessor's."""

import os

import pytest

from activity_dispatch.worker.calling import traced


def test_the_trace_is_there_for_one_task_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEPARENT", "left behind")
    with traced("trace"):
        assert os.environ["TRACEPARENT"] == "trace"
    assert "TRACEPARENT" not in os.environ
    with traced(None):
        assert "TRACEPARENT" not in os.environ
