"""Settling: Step Functions first, then the task table."""

import json

import pytest

from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.slot_release import SlotRelease
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskState
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stepfunctions import client_error

POLL = "6742f00000000001"


@pytest.fixture
def open_task(stack) -> tuple[FakeTask, str]:
    scheduled = stack.stepfunctions.schedule(stack.arn)
    task = Task(activity_arn=stack.arn, token=scheduled.token, input="{}", heartbeat_seconds=60, poll_id=POLL)
    stack.tasks.add(task, "fake")
    return scheduled, task.task_id


def test_a_success_is_sent_and_recorded(stack, open_task) -> None:
    scheduled, task_id = open_task
    assert stack.settler.settle(task_id, scheduled.token, Succeeded(output="1")) == "succeeded"
    assert scheduled.answer == {"output": "1"}
    record = stack.tasks.get(task_id)
    assert (record.state, record.outcome) == (TaskState.SETTLED, OutcomeName.SUCCEEDED)
    assert record.token is None


def test_a_failure_is_sent_and_recorded_with_its_name(stack, open_task) -> None:
    scheduled, task_id = open_task
    failed = Failed(error="Job.Failed", cause=Cause(message="exit 3"))
    assert stack.settler.settle(task_id, scheduled.token, failed) == "failed"
    assert scheduled.answer == {"error": "Job.Failed", "cause": '{"message":"exit 3"}'}
    assert stack.tasks.get(task_id).error == "Job.Failed"


def test_an_outcome_that_nobody_waits_for_is_recorded_as_cancelled(stack, open_task) -> None:
    scheduled, task_id = open_task
    scheduled.timed_out = True
    assert stack.settler.settle(task_id, scheduled.token, Succeeded(output="1")) == "cancelled"
    assert stack.tasks.get(task_id).outcome is OutcomeName.CANCELLED


@pytest.mark.parametrize(("size", "kept_in_s3"), [(262_142, False), (262_143, True)])
def test_an_output_over_the_limit_goes_to_s3(stack, open_task, size: int, kept_in_s3: bool) -> None:
    scheduled, task_id = open_task
    output = json.dumps("x" * (size - 2))
    stack.settler.settle(task_id, scheduled.token, Succeeded(output=output))
    sent = scheduled.answer["output"]
    if kept_in_s3:
        reference = json.loads(sent)
        assert reference["bytes"] == size
        assert stack.s3.objects[reference["output_s3_uri"]].decode() == output
    else:
        assert sent == output


def test_the_limit_counts_bytes_not_characters(stack, open_task) -> None:
    scheduled, task_id = open_task
    output = json.dumps("é" * 140_000, ensure_ascii=False)
    stack.settler.settle(task_id, scheduled.token, Succeeded(output=output))
    assert "output_s3_uri" in scheduled.answer["output"]


def test_an_output_that_s3_rejects_fails_the_task(stack, open_task) -> None:
    scheduled, task_id = open_task
    stack.s3.refuse = client_error("AccessDenied", "PutObject")
    stack.settler.settle(task_id, scheduled.token, Succeeded(output=json.dumps("x" * 300_000)))
    assert scheduled.answer["error"] == "Job.Failed"
    assert "300002 bytes could not be stored in S3" in scheduled.answer["cause"]
    assert stack.tasks.get(task_id).outcome is OutcomeName.FAILED


def test_a_failing_table_does_not_undo_the_outcome(stack, open_task, monkeypatch) -> None:
    scheduled, task_id = open_task

    def refuse(*_: object, closed: bool) -> bool:
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(stack.tasks, "record_settled", refuse)
    assert stack.settler.settle(task_id, scheduled.token, Succeeded(output="1")) == "succeeded"
    assert scheduled.answer == {"output": "1"}


def test_a_task_is_closed_when_it_is_settled_by_its_jobs_end(stack, open_task) -> None:
    scheduled, task_id = open_task
    end = SlotRelease(activity_arn=stack.arn, slot=None)
    stack.settler.settle(task_id, scheduled.token, Succeeded(output="1"), release=end)
    assert stack.tasks.get(task_id).is_closed


def test_a_task_stays_open_and_keeps_its_slot_until_its_job_ends(stack, open_task) -> None:
    scheduled, task_id = open_task
    stack.slots.reserve(stack.arn, POLL, 1)
    stack.settler.settle(task_id, scheduled.token, Succeeded(output="1"))
    assert stack.tasks.get(task_id).poll_id == POLL
    assert stack.slot_store.holders[stack.arn] == {POLL}


def test_the_end_of_a_job_frees_its_slot_and_closes_its_task(stack, open_task) -> None:
    scheduled, task_id = open_task
    stack.slots.reserve(stack.arn, POLL, 1)
    assert not stack.slots.reserve(stack.arn, "other", 1)
    end = SlotRelease(activity_arn=stack.arn, slot=POLL)
    stack.settler.settle(task_id, scheduled.token, Succeeded(output="1"), release=end)
    assert stack.slot_store.holders[stack.arn] == set()
    assert len(stack.sqs.bodies) == 1
    assert stack.tasks.get(task_id).is_closed


def test_a_task_stays_open_when_its_slot_cannot_be_freed(stack, open_task, monkeypatch) -> None:
    scheduled, task_id = open_task
    stack.slots.reserve(stack.arn, POLL, 1)

    def refuse(*_: object) -> None:
        raise client_error("ThrottlingException", "UpdateItem")

    monkeypatch.setattr(stack.slot_store, "give_back", refuse)
    end = SlotRelease(activity_arn=stack.arn, slot=POLL)
    assert stack.settler.settle(task_id, scheduled.token, Succeeded(output="1"), release=end) == "succeeded"
    assert stack.tasks.get(task_id).poll_id == POLL
