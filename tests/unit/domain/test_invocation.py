"""The payload of an invocation."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.domain.envelope import is_traceparent
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


def test_it_has_the_trace_of_a_task_whose_execution_is_known() -> None:
    task = Task(activity_arn="a", token="t", input="{}", heartbeat_seconds=60)
    event = json.loads(payload_of(replace(task, execution_arn="arn")))
    trace = Invocation.from_event(event).traceparent
    assert is_traceparent(trace)
    assert Invocation.from_event(json.loads(payload_of(task))).traceparent is None
    with pytest.raises(InvalidEvent, match="traceparent: invalid"):
        Invocation.from_event({**event, "traceparent": "\0"})


@pytest.mark.parametrize(
    "text", ['1, "task_id": "x", "slot": "y"', '1, "task_token": "x"', '{}, "heartbeat_seconds": 9']
)
def test_an_input_replaces_no_field(text: str) -> None:
    """A job may write the input of its own task, and the reconciler may start that again."""
    task = Task(
        activity_arn="arn:a", token="token", input=text, heartbeat_seconds=60, poll_id="p", holds_slot=True
    )
    event = json.loads(payload_of(task))
    assert event.pop("input") in (1, {})
    assert event == {
        "task_id": task.task_id,
        "task_token": "token",
        "activity_arn": "arn:a",
        "heartbeat_seconds": 60,
        "slot": "p",
    }
