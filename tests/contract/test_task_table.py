"""What every task table promises: each step happens once, and only from the state before it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from activity_dispatch.domain.tasks import OutcomeName, Task, TaskState

TASK = Task(
    activity_arn="arn:aws:states:eu-west-1:000000000000:activity:work",
    token="token",
    input='{"n": 1}',
    heartbeat_seconds=60,
)


def test_a_task_is_added(table) -> None:
    table.add(TASK, "lambda")
    record = table.get(TASK.task_id)
    assert (record.state, record.backend, record.token, record.input, record.heartbeat_seconds) == (
        TaskState.STARTING,
        "lambda",
        "token",
        '{"n": 1}',
        60,
    )


@pytest.mark.parametrize("size", [262_144, 262_145, 1_000_000])
def test_inputs_of_any_size_are_kept(table, size: int) -> None:
    task = Task(activity_arn="arn", token="large", input=json.dumps("x" * (size - 2)), heartbeat_seconds=60)
    table.add(task, "lambda")
    assert table.get(task.task_id).input == task.input


def test_a_start_is_recorded_once(table) -> None:
    table.add(TASK, "lambda")
    assert table.record_started(TASK.task_id, "job-1")
    assert not table.record_started(TASK.task_id, "job-2")
    assert table.get(TASK.task_id).job_id == "job-1"


def test_one_claimant_processes_a_task(table) -> None:
    table.add(TASK, "lambda")
    assert table.claim(TASK.task_id, "a")
    assert table.get(TASK.task_id).claimed_until is None
    assert table.claim(TASK.task_id, "a", until=1000.5)
    assert not table.claim(TASK.task_id, "b")
    assert (table.get(TASK.task_id).claimed_by, table.get(TASK.task_id).claimed_until) == ("a", 1000.5)
    assert table.get(TASK.task_id).claimed_by == "a"


def test_a_claim_that_names_its_job_records_the_start(table) -> None:
    table.add(TASK, "lambda")
    assert table.claim(TASK.task_id, "a", job_id="job-1")
    record = table.get(TASK.task_id)
    assert (record.state, record.job_id) == (TaskState.STARTED, "job-1")
    assert record.started_at == record.claimed_at
    assert not table.claim(TASK.task_id, "b", job_id="job-2")


def test_a_recorded_start_is_kept_when_the_job_claims_the_task(table) -> None:
    table.add(TASK, "lambda")
    table.record_started(TASK.task_id, "job-1")
    started_at = table.get(TASK.task_id).started_at
    assert table.claim(TASK.task_id, "a", job_id="job-2")
    record = table.get(TASK.task_id)
    assert (record.job_id, record.started_at) == ("job-1", started_at)


def test_a_task_has_one_outcome_and_loses_its_token_and_input_with_it(table) -> None:
    table.add(TASK, "lambda")
    assert table.record_settled(TASK.task_id, OutcomeName.FAILED, "Job.Failed")
    assert not table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    record = table.get(TASK.task_id)
    assert (record.state, record.outcome, record.error) == (
        TaskState.SETTLED,
        OutcomeName.FAILED,
        "Job.Failed",
    )
    assert record.token is record.input is None


def test_a_settled_task_takes_no_more_steps(table) -> None:
    table.add(TASK, "lambda")
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert not table.record_started(TASK.task_id, "job-1")
    assert not table.claim(TASK.task_id, "a")
    assert table.get(TASK.task_id).error is None


def test_a_task_that_does_not_exist_takes_no_step(table) -> None:
    assert table.get("missing") is None
    assert not table.record_started("missing", "job")
    assert not table.claim("missing", "a")
    assert not table.record_settled("missing", OutcomeName.FAILED, "x")
    assert table.get("missing") is None


def test_an_activity_that_is_not_served_is_not_found(table) -> None:
    assert table.activity("arn:aws:states:eu-west-1:000000000000:activity:other") is None


POLLED = replace(TASK, poll_id="6742f00000000001", holds_slot=True)


def test_an_open_task_is_found_by_its_poll_and_in_the_overview(table) -> None:
    table.add(POLLED, "fake")
    table.record_started(TASK.task_id, "job-1")
    table.claim(TASK.task_id, "ecs:1")
    (open_task,) = table.overview().tasks
    assert open_task == table.of_poll(POLLED.poll_id)
    full = table.get(TASK.task_id)
    assert open_task == replace(full, input=None)
    assert (full.poll_id, full.holds_slot, full.input) == (POLLED.poll_id, True, '{"n": 1}')
    assert full.starting_at <= full.started_at <= full.claimed_at


def test_a_task_is_closed_once_and_only_after_it_is_settled(table) -> None:
    table.add(POLLED, "fake")
    assert not table.close(TASK.task_id)
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert len(table.overview().tasks) == 1
    closed = table.close(TASK.task_id)
    assert closed == table.get(TASK.task_id)
    assert (closed.activity_arn, closed.outcome, closed.poll_id) == (TASK.activity_arn, "succeeded", None)
    assert not table.close(TASK.task_id)
    assert table.overview().tasks == ()
    assert table.of_poll(POLLED.poll_id) is None
    assert table.get(TASK.task_id).outcome is OutcomeName.SUCCEEDED


def test_a_task_can_be_settled_and_closed_at_once(table) -> None:
    table.add(POLLED, "fake")
    assert table.record_settled(TASK.task_id, OutcomeName.FAILED, "Job.Failed", closed=True)
    assert table.overview().tasks == ()


def test_an_outcome_replaces_a_cancellation(table) -> None:
    table.add(POLLED, "fake")
    assert table.record_settled(TASK.task_id, OutcomeName.CANCELLED, None)
    assert not table.record_settled(TASK.task_id, OutcomeName.CANCELLED, None)
    assert table.record_settled(TASK.task_id, OutcomeName.FAILED, "Job.Failed")
    assert not table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert not table.record_settled(TASK.task_id, OutcomeName.CANCELLED, None)
    assert (table.get(TASK.task_id).outcome, table.get(TASK.task_id).error) == ("failed", "Job.Failed")


def test_a_late_start_adds_its_job_id_to_a_settled_task(table) -> None:
    table.add(POLLED, "fake")
    table.record_settled(TASK.task_id, OutcomeName.CANCELLED, None)
    assert not table.record_started(TASK.task_id, "job-1")
    assert not table.record_started(TASK.task_id, "job-2")
    record = table.get(TASK.task_id)
    assert (record.state, record.job_id) == (TaskState.SETTLED, "job-1")


def test_the_table_says_whether_a_task_is_settled(table) -> None:
    assert not table.is_settled(TASK.task_id)
    table.add(POLLED, "fake")
    assert not table.is_settled(TASK.task_id)
    table.record_settled(TASK.task_id, OutcomeName.SUCCEEDED, None)
    assert table.is_settled(TASK.task_id)


def test_only_one_process_restarts_an_interrupted_start(table) -> None:
    table.add(TASK, "lambda")
    seen = table.get(TASK.task_id).starting_at
    later = replace(table, clock=lambda: seen + 1)
    assert not later.record_restart(TASK.task_id, seen - 1, number=1, by="a")
    assert not later.record_restart("missing", seen, number=1, by="a")
    assert later.record_restart(TASK.task_id, seen, number=1, by="a")
    assert not later.record_restart(TASK.task_id, seen, number=1, by="b")
    record = table.get(TASK.task_id)
    assert (record.starting_at, record.restarts) == (pytest.approx(seen + 1), 1)
    table.record_started(TASK.task_id, "job-1")
    assert not later.record_restart(TASK.task_id, seen + 1, number=2, by="c")


def callback_task(token: str, execution: str = "execution") -> Task:
    return replace(TASK, activity_arn="callback:work", token=token, input="{}", execution_arn=execution)


def test_a_parked_task_waits_until_one_poll_takes_it(table) -> None:
    task = callback_task("token")
    assert table.park(task, "lambda")
    assert not table.park(task, "lambda")
    record = table.get(task.task_id)
    assert (record.state, record.input, record.token) == (TaskState.WAITING, "{}", "token")
    assert table.waiting("callback:work") == [task.task_id]
    assert table.waiting("callback:other") == []
    assert [one.state for one in table.overview().tasks] == [TaskState.WAITING]
    assert table.unpark(task.task_id, "6742f00000000001", holds_slot=True, description="0" * 32)
    assert not table.unpark(task.task_id, "6742f00000000002", holds_slot=True, description="0" * 32)
    record = table.get(task.task_id)
    assert (record.state, record.poll_id) == (TaskState.STARTING, "6742f00000000001")
    assert record.holds_slot
    assert table.waiting("callback:work") == []
    assert table.record_started(task.task_id, "job")


def test_waiting_tasks_are_listed_oldest_first(table) -> None:
    tasks = [callback_task(f"token-{number}") for number in range(3)]
    for number, task in enumerate(tasks):
        object.__setattr__(table, "clock", lambda number=number: 1_000.0 - number)
        table.park(task, "lambda")
    assert table.waiting("callback:work") == [task.task_id for task in reversed(tasks)]


def test_a_settled_parked_task_cannot_be_taken(table) -> None:
    task = callback_task("token")
    table.park(task, "lambda")
    assert table.record_settled(task.task_id, OutcomeName.CANCELLED, None)
    assert not table.unpark(task.task_id, "6742f00000000001", holds_slot=False, description="0" * 32)
    assert table.close(task.task_id)
    assert table.overview().tasks == ()


def test_no_activities_are_served_at_first(table) -> None:
    assert table.served_activities() == ()


def test_tasks_added_at_the_same_time_are_all_kept(table) -> None:
    tasks = [replace(POLLED, token=f"token {n}", poll_id=f"{n:016x}", input=str(n)) for n in range(60)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda task: table.add(task, "fake"), tasks))
    found = {record.task_id: record.poll_id for record in table.overview().tasks}
    assert found == {task.task_id: task.poll_id for task in tasks}
    assert [table.get(task.task_id).input for task in tasks] == [task.input for task in tasks]
