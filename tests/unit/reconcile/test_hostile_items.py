"""What a job may write into the table ends no pass, and holds no slot for ever."""

import logging
from dataclasses import replace

import pytest

from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.lifecycle.slots import MAX_WOKEN
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.store.task_table import InvalidItem
from activity_dispatch.testing.stepfunctions import client_error

UNKNOWN = "arn:aws:states:eu-west-1:000000000000:activity:unknown"


@pytest.mark.parametrize(
    "error",
    [
        InvalidActivity("config: missing"),
        InvalidItem("state: missing"),
        client_error("InternalServerError", "GetItem", 500),
    ],
)
def test_a_description_that_cannot_be_read_does_not_end_the_pass(
    stack, reconciler, dispatched, monkeypatch, error: Exception
) -> None:
    record = stack.record_of(dispatched)
    stack.tasks.records["f" * 32] = replace(record, task_id="f" * 32, activity_arn=UNKNOWN)

    def fail(_arn: str) -> None:
        raise error

    monkeypatch.setattr(stack.tasks, "activity", fail)
    # Both records hold its token: nobody knows the one, which is heartbeated all the same.
    assert reconciler.run() == {"BEAT": 2}
    assert dispatched.heartbeats == 2


@pytest.mark.parametrize("holder", ["x", "", "ffffffff00000000", "-000000100000000", "G" * 16])
def test_a_holder_that_is_no_poll_is_freed(stack, reconciler, now, holder: str) -> None:
    stack.change_activity(max_concurrent_jobs=2)
    fresh = new_poll_id(now[0])
    stack.slot_store.holders[stack.arn] = {holder, fresh}
    reconciler.run()
    assert stack.slot_store.holders[stack.arn] == {fresh}


def test_a_wrong_count_of_waiting_requests_does_not_flood_the_queue(stack, reconciler) -> None:
    stack.slot_store.waiting[UNKNOWN] = 10**9
    reconciler.run()
    sent = [body for body in stack.sqs.bodies if UNKNOWN in body]
    assert len(sent) == MAX_WOKEN


def test_an_unreadable_item_is_counted(stack, reconciler, dispatched, monkeypatch) -> None:
    overview = stack.tasks.overview

    monkeypatch.setattr(stack.tasks, "overview", lambda: replace(overview(), invalid_items=3))
    assert reconciler.run() == {"BEAT": 1}
    assert (Metric.INVALID_ITEMS, 3, {}) in stack.metrics.recorded


def test_a_task_that_cannot_be_closed_is_logged(stack, dispatched, monkeypatch, caplog) -> None:
    def fail(_task_id: str) -> None:
        raise InvalidItem("outcome: missing")

    monkeypatch.setattr(stack.tasks, "close", fail)
    record = stack.record_of(dispatched)
    with caplog.at_level(logging.ERROR):
        stack.settler.close(record.task_id, record.slot_release)
    assert "not closed: outcome: missing" in caplog.text
