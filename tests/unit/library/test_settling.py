"""Settling: Step Functions first, then the task table."""

import json

import pytest

from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, SlotRelease, Task, TaskState
from activity_dispatch.testing.stepfunctions import FakeTask, client_error

POLL = "6742f00000000001"


@pytest.fixture
def open_task(world) -> tuple[FakeTask, str]:
    scheduled = world.stepfunctions.schedule(world.arn)
    task = Task(activity_arn=world.arn, token=scheduled.token, input="{}", heartbeat_seconds=60, poll_id=POLL)
    world.tasks.add(task, "fake")
    return scheduled, task.task_id


def test_a_success_is_sent_and_recorded(world, open_task) -> None:
    scheduled, task_id = open_task
    assert world.settler.settle(task_id, scheduled.token, Succeeded(output="1")) == "succeeded"
    assert scheduled.answer == {"output": "1"}
    record = world.tasks.get(task_id)
    assert (record.state, record.outcome) == (TaskState.SETTLED, OutcomeName.SUCCEEDED)
    assert record.token is None


def test_a_failure_is_sent_and_recorded_with_its_name(world, open_task) -> None:
    scheduled, task_id = open_task
    failed = Failed(error="Job.Failed", cause=Cause(message="exit 3"))
    assert world.settler.settle(task_id, scheduled.token, failed) == "failed"
    assert scheduled.answer == {"error": "Job.Failed", "cause": '{"message":"exit 3"}'}
    assert world.tasks.get(task_id).error == "Job.Failed"


def test_an_outcome_that_nobody_waits_for_is_recorded_as_cancelled(world, open_task) -> None:
    scheduled, task_id = open_task
    scheduled.timed_out = True
    assert world.settler.settle(task_id, scheduled.token, Succeeded(output="1")) == "cancelled"
    assert world.tasks.get(task_id).outcome is OutcomeName.CANCELLED


@pytest.mark.parametrize(("size", "kept_in_s3"), [(262_142, False), (262_143, True)])
def test_an_output_over_the_limit_goes_to_s3(world, open_task, size: int, kept_in_s3: bool) -> None:
    scheduled, task_id = open_task
    output = json.dumps("x" * (size - 2))
    world.settler.settle(task_id, scheduled.token, Succeeded(output=output))
    sent = scheduled.answer["output"]
    if kept_in_s3:
        reference = json.loads(sent)
        assert reference["bytes"] == size
        assert world.s3.objects[reference["output_s3_uri"]].decode() == output
    else:
        assert sent == output


def test_the_limit_counts_bytes_not_characters(world, open_task) -> None:
    scheduled, task_id = open_task
    output = json.dumps("é" * 140_000, ensure_ascii=False)
    world.settler.settle(task_id, scheduled.token, Succeeded(output=output))
    assert "output_s3_uri" in scheduled.answer["output"]


def test_an_output_that_s3_refuses_fails_the_task(world, open_task) -> None:
    scheduled, task_id = open_task
    world.s3.refuse = client_error("AccessDenied", "PutObject")
    world.settler.settle(task_id, scheduled.token, Succeeded(output=json.dumps("x" * 300_000)))
    assert scheduled.answer["error"] == "Job.Failed"
    assert "300002 bytes could not be kept in S3" in scheduled.answer["cause"]
    assert world.tasks.get(task_id).outcome is OutcomeName.FAILED


def test_a_table_that_fails_does_not_undo_the_outcome(world, open_task, monkeypatch) -> None:
    scheduled, task_id = open_task

    def refuse(*_: object, closed: bool) -> bool:
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(world.tasks, "record_settled", refuse)
    assert world.settler.settle(task_id, scheduled.token, Succeeded(output="1")) == "succeeded"
    assert scheduled.answer == {"output": "1"}


def test_with_the_end_of_its_job_a_task_is_closed_at_once(world, open_task) -> None:
    scheduled, task_id = open_task
    end = SlotRelease(activity_arn=world.arn, slot=None)
    world.settler.settle(task_id, scheduled.token, Succeeded(output="1"), end=end)
    assert world.tasks.get(task_id).poll_id is None


def test_without_the_end_of_its_job_a_task_stays_open_and_keeps_its_slot(world, open_task) -> None:
    scheduled, task_id = open_task
    world.slots.reserve(world.arn, POLL, 1)
    world.settler.settle(task_id, scheduled.token, Succeeded(output="1"))
    assert world.tasks.get(task_id).poll_id == POLL
    assert world.store.holders[world.arn] == {POLL}


def test_the_end_of_a_job_frees_its_slot_and_closes_its_task(world, open_task) -> None:
    scheduled, task_id = open_task
    world.slots.reserve(world.arn, POLL, 1)
    assert not world.slots.reserve(world.arn, "other", 1)
    end = SlotRelease(activity_arn=world.arn, slot=POLL)
    world.settler.settle(task_id, scheduled.token, Succeeded(output="1"), end=end)
    assert world.store.holders[world.arn] == set()
    assert len(world.sqs.bodies) == 1
    assert world.tasks.get(task_id).poll_id is None


def test_a_slot_that_can_not_be_freed_leaves_the_task_open(world, open_task, monkeypatch) -> None:
    scheduled, task_id = open_task
    world.slots.reserve(world.arn, POLL, 1)

    def refuse(*_: object) -> None:
        raise client_error("ThrottlingException", "UpdateItem")

    monkeypatch.setattr(world.store, "give_back", refuse)
    end = SlotRelease(activity_arn=world.arn, slot=POLL)
    assert world.settler.settle(task_id, scheduled.token, Succeeded(output="1"), end=end) == "succeeded"
    assert world.tasks.get(task_id).poll_id == POLL
