"""What a warm worker records is the same in memory and in DynamoDB, and only what its job may say."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.pools import PoolRoom
from activity_dispatch.domain.tasks import Origin, OutcomeName, Task, TaskState
from activity_dispatch.store.dynamodb.warm_jobs import DynamoWarmJobs
from activity_dispatch.testing import InMemoryTaskTable
from activity_dispatch.testing.warm_jobs import InMemoryWarmJobs

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
FIRST = Task(
    activity_arn=ARN,
    token="first",
    input="{}",
    heartbeat_seconds=60,
    poll_id="1" * 16,
    holds_slot=True,
    description="d" * 32,
)
ENDED = Attempt(backend="ecs", error="Dispatch.QueueTimeout", message="m", started_at=1.0, ended_at=2.0)
NEXT = Task(activity_arn=ARN, token="next", input='{"n": 1}', heartbeat_seconds=60, poll_id="2" * 16)


@pytest.fixture
def jobs(table):
    if isinstance(table, InMemoryTaskTable):
        return InMemoryWarmJobs(tasks=table)
    return DynamoWarmJobs(client=table.client, name=table.name, payloads=table.payloads)


@pytest.fixture
def settled(table):
    """The first task of a job, settled."""
    table.add(FIRST, "ecs")
    table.record_started(FIRST.task_id, "job-1")
    table.record_settled(FIRST.task_id, OutcomeName.SUCCEEDED, None)
    return FIRST.task_id


def test_a_settled_task_says_how_long_its_job_lingers(table, jobs, settled) -> None:
    assert jobs.linger(settled, 1000.5)
    assert jobs.linger(settled, 2000.5, runs=NEXT.task_id)
    record = table.get(settled)
    assert (record.claimed_until, record.runs) == (2000.5, NEXT.task_id)
    assert {each.task_id: each.claimed_until for each in table.overview().tasks} == {settled: 2000.5}


def test_a_job_that_counts_as_ended_does_not_linger(table, jobs, settled) -> None:
    table.close(settled)
    assert not jobs.linger(settled, 1000.0)


def test_the_job_of_a_cancelled_or_unknown_task_does_not_linger(table, jobs) -> None:
    table.add(FIRST, "ecs")
    assert not jobs.linger(FIRST.task_id, 1000.0)
    table.record_settled(FIRST.task_id, OutcomeName.CANCELLED, None)
    assert not jobs.linger(FIRST.task_id, 1000.0)
    assert not jobs.linger("0" * 32, 1000.0)
    assert table.get("0" * 32) is None


def test_a_task_is_recorded_with_what_its_jobs_first_task_says(table, jobs, settled) -> None:
    assert jobs.add(NEXT, settled, "ecs:1")
    assert jobs.add(NEXT, settled, "ecs:1")
    record = table.get(NEXT.task_id)
    assert (record.state, record.backend, record.activity_arn) == (TaskState.STARTED, "ecs", ARN)
    assert (record.job_of, record.job_id, record.claimed_by) == (settled, "job-1", "ecs:1")
    assert (record.token, record.input, record.description) == ("next", '{"n": 1}', "d" * 32)
    assert (record.starting_at, record.started_at) == (record.claimed_at, record.claimed_at)
    assert not record.holds_slot
    assert replace(table.of_poll("2" * 16), input='{"n": 1}') == record
    assert len(table.overview().tasks) == 2


def test_no_task_of_another_is_recorded_anew(table, jobs, settled) -> None:
    table.add(NEXT, "ecs")
    assert not jobs.add(NEXT, settled, "ecs:1")
    assert table.get(NEXT.task_id).job_of is None


def test_a_large_input_is_kept(table, jobs, settled) -> None:
    large = replace(NEXT, input=json.dumps("x" * 300_000))
    jobs.add(large, settled, "ecs:1")
    assert table.get(large.task_id).input == large.input


def test_its_outcome_closes_it(table, jobs, settled) -> None:
    jobs.add(NEXT, settled, "ecs:1")
    assert table.record_settled(NEXT.task_id, OutcomeName.FAILED, "Job.Failed", closed=True)
    record = table.get(NEXT.task_id)
    assert (record.is_closed, record.token, record.error) == (True, None, "Job.Failed")
    assert [each.task_id for each in table.overview().tasks] == [settled]


def test_a_task_that_is_given_back_is_adopted_once(table, jobs, settled) -> None:
    assert jobs.add(NEXT, settled, None)
    given = table.get(NEXT.task_id)
    assert (given.state, given.claimed_by, given.job_id, given.starting_at) == (
        TaskState.STARTING,
        None,
        None,
        0.0,
    )
    given = replace(given, pool="gpus")
    assert jobs.adopt(given, holds_slot=True)
    assert not jobs.adopt(given, holds_slot=True)
    own = table.get(NEXT.task_id)
    assert own.slot_release.room == PoolRoom(pool="gpus", holder=own.poll_id)
    assert (own.job_of, own.holds_slot, own.activity_arn, own.token) == (None, True, ARN, "next")
    assert own.starting_at > 0
    assert table.record_started(NEXT.task_id, "job-2")


def test_a_job_cannot_pass_its_task_off_as_another_activitys(table) -> None:
    if isinstance(table, InMemoryTaskTable):
        pytest.skip("the table in memory has no attributes' names")
    table.add(FIRST, "ecs")
    key = {"task_id": {"S": NEXT.task_id}}
    hostile = {"state": {"S": "starting"}, "token": {"S": "t"}, "poll_id": {"S": "2" * 16}}
    named = {"job_of:other": {"S": FIRST.task_id}}
    table.client.put_item(TableName=table.name, Item={**key, **hostile, **named})
    assert [each.task_id for each in table.overview().tasks] == [FIRST.task_id]
    assert table.overview().invalid_items == 1


def test_no_chain_of_jobs_and_no_own_word_counts(table, jobs, settled) -> None:
    jobs.add(NEXT, settled, "ecs:1")
    if isinstance(table, InMemoryTaskTable):
        return
    third = replace(NEXT, token="third", poll_id="3" * 16)
    jobs.add(third, NEXT.task_id, "ecs:1")
    assert {each.task_id for each in table.overview().tasks} == {settled, NEXT.task_id}


def test_a_task_is_at_its_jobs_link_and_what_is_given_back_at_the_first(table, jobs) -> None:
    table.add(FIRST, "ecs")
    table.move_on(table.get(FIRST.task_id), "batch", (ENDED,), by="mover")
    table.record_started(FIRST.task_id, "job-2")
    table.record_settled(FIRST.task_id, OutcomeName.SUCCEEDED, None)
    jobs.add(NEXT, FIRST.task_id, "ecs:1")
    record = table.get(NEXT.task_id)
    assert (record.backend, record.attempt, record.attempts) == ("batch", 2, ())
    assert (record.description, record.job_id) == ("d" * 32, "job-2")
    given = replace(NEXT, token="given", poll_id="3" * 16)
    jobs.add(given, FIRST.task_id, None)
    record = table.get(given.task_id)
    assert (record.attempt, record.description) == (1, "d" * 32)
    assert jobs.adopt(replace(record, backend="ecs"), holds_slot=False)
    own = table.get(given.task_id)
    assert (own.backend, own.attempt, own.description, own.job_of) == ("ecs", 1, "d" * 32, None)


def test_what_its_envelope_says_is_kept_and_leads_to_it(table, jobs, settled) -> None:
    origin = Origin(state_name="Cut", attempt=0, entered_at="now")
    execution = "arn:aws:states:eu-west-1:000000000000:execution:film:1"
    jobs.add(replace(NEXT, execution_arn=execution, origin=origin), settled, "ecs:1")
    record = table.get(NEXT.task_id)
    assert (record.execution_arn, record.origin) == (execution, origin)
    assert [*table.of_execution(execution)] == [NEXT.task_id]
