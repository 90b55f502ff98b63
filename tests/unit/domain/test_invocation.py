"""The payload of an invocation."""

import json

import pytest

from activity_dispatch.domain.invocation import InvalidEvent, Invocation, payload_of
from activity_dispatch.domain.tasks import Task


@pytest.mark.parametrize(("event", "problem"), [([], "event: list"), ({}, "task_id: missing")])
def test_an_invocation_by_anybody_else_is_rejected(event, problem: str) -> None:
    with pytest.raises(InvalidEvent, match=problem):
        Invocation.from_event(event)


def test_its_repr_shows_neither_token_nor_input() -> None:
    task = Task(activity_arn="arn", token="secret", input='"private"', heartbeat_seconds=60)
    shown = repr(Invocation.from_event(json.loads(payload_of(task))))
    assert task.task_id in shown
    assert "secret" not in shown
    assert "private" not in shown
