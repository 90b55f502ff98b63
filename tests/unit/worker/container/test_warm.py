"""A warm worker does the next tasks of its activity in the same job, and none is lost or done twice."""

import json

from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.tasks import OutcomeName, TaskState, task_id_of
from activity_dispatch.testing.stack import ARN
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.stop_reason import StopReason

ECHO = "cat $TASK_INPUT > $TASK_OUTPUT; echo >> $TMP_OF_TEST/$TASK_ID"


def schedule(bench, count: int):
    return [bench.stepfunctions.schedule(ARN, json.dumps({"n": n})) for n in range(count)]


def test_one_job_does_all_tasks_each_with_its_own_outcome(warm) -> None:
    tasks = schedule(warm, 3)
    assert warm.sh(ECHO) == 0
    assert [json.loads(task.answer["output"]) for task in tasks] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert len(warm.marks()) == 4
    for task in tasks:
        record = warm.tasks.get(task_id_of(task.token))
        assert (record.outcome, record.job_of, record.job_id) == (
            OutcomeName.SUCCEEDED,
            warm.settings.task_id,
            "job-1",
        )
        assert record.is_closed
        assert record.description == warm.activity.fingerprint
    assert not warm.record.is_closed
    assert warm.record.runs == task_id_of(tasks[-1].token)


def test_a_worker_that_is_not_warm_does_its_own_task_only(bench) -> None:
    (task,) = schedule(bench, 1)
    assert bench.sh(ECHO) == 0
    assert task.answer is None


def test_max_tasks_counts_the_first_one(warm) -> None:
    warm.configure(linger_seconds=20, max_tasks=2)
    tasks = schedule(warm, 2)
    warm.sh(ECHO)
    assert [task.answer is not None for task in tasks] == [True, False]


def test_a_task_that_fails_ends_neither_the_job_nor_the_next_task(warm) -> None:
    tasks = schedule(warm, 2)
    assert warm.sh(f'{ECHO}; grep -q "n.: 0" $TASK_INPUT && exit 3; true') == 0
    assert tasks[0].answer["error"] == "Job.Failed"
    assert json.loads(tasks[0].answer["cause"])["exit_code"] == 3
    assert json.loads(tasks[1].answer["output"]) == {"n": 1}


def test_the_log_in_a_cause_is_the_tasks_own(warm) -> None:
    schedule(warm, 1)
    (task,) = schedule(warm, 1)
    warm.sh("echo $TASK_ID >&2; exit 1")
    assert json.loads(task.answer["cause"])["log_tail"] == [task_id_of(task.token)]


def test_a_changed_description_ends_the_job(warm) -> None:
    warm.change_activity(wake_up=WakeUp.LOGS)
    (task,) = schedule(warm, 1)
    warm.sh(ECHO)
    assert task.answer is None


def test_a_cancelled_first_task_ends_the_job(warm) -> None:
    (task,) = schedule(warm, 1)
    warm.stepfunctions.abort(warm.scheduled)
    assert warm.sh("sleep 60") == 143
    assert task.answer is None


def test_a_job_that_counts_as_ended_takes_nothing(warm) -> None:
    tasks = warm.tasks
    settle = tasks.record_settled

    def and_close(task_id, *rest, **options):
        done = settle(task_id, *rest, **options)
        tasks.close(task_id)
        return done

    warm.tasks.record_settled = and_close
    (task,) = schedule(warm, 1)
    warm.sh(ECHO)
    assert task.answer is None


def test_an_abort_of_a_later_task_ends_its_program_only(warm, wait_until) -> None:
    tasks = schedule(warm, 2)
    script = f'grep -q "n.: 0" $TASK_INPUT && touch $TMP_OF_TEST/up && exec sleep 60; {ECHO}'
    worker = warm.in_background(lambda: warm.sh(script))
    wait_until(lambda: "up" in warm.marks())
    warm.stepfunctions.abort(tasks[0])
    assert worker.exit_code() == 0
    record = warm.tasks.get(task_id_of(tasks[0].token))
    assert (record.outcome, record.is_closed) == (OutcomeName.CANCELLED, True)
    assert json.loads(tasks[1].answer["output"]) == {"n": 1}


def test_what_was_taken_and_not_begun_is_given_back(warm, monkeypatch) -> None:
    (task,) = schedule(warm, 1)
    poll = warm.stepfunctions.get_activity_task

    def and_stop(**parameters):
        warm.stopper.stop(StopReason.INTERRUPTED)
        return poll(**parameters)

    monkeypatch.setattr(warm.stepfunctions, "get_activity_task", and_stop)
    assert warm.sh(ECHO) == 0
    record = warm.tasks.get(task_id_of(task.token))
    assert (record.state, record.claimed_by, record.job_id) == (TaskState.STARTING, None, None)
    assert record.token == task.token
    assert task.answer is None


def test_an_interrupted_later_task_fails_as_interrupted_and_ends_the_job(warm, wait_until) -> None:
    tasks = schedule(warm, 2)
    script = f'grep -q "n.: 0" $TASK_INPUT && touch $TMP_OF_TEST/up && exec sleep 60; {ECHO}'
    worker = warm.in_background(lambda: warm.sh(script))
    wait_until(lambda: "up" in warm.marks())
    warm.stopper.stop(StopReason.INTERRUPTED)
    assert worker.exit_code() == 143
    assert tasks[0].answer["error"] == "Job.Interrupted"
    assert tasks[1].answer is None


def test_a_task_that_cannot_be_recorded_fails_at_once(warm, monkeypatch) -> None:
    (task,) = schedule(warm, 1)

    def broken(*_: object) -> bool:
        raise client_error("ProvisionedThroughputExceededException", "UpdateItem")

    monkeypatch.setattr(type(warm.runtime.warm_jobs), "add", broken)
    warm.sh(ECHO)
    assert task.answer["error"] == "Dispatch.CapacityUnavailable"


def test_an_input_that_changes_its_job_is_refused(warm) -> None:
    refused = warm.stepfunctions.schedule(ARN, '{"job": {"command": ["true"]}}')
    (task,) = schedule(warm, 1)
    warm.sh(ECHO)
    assert refused.answer["error"] == "Dispatch.InvalidInput"
    assert json.loads(task.answer["output"]) == {"n": 0}


def test_the_time_limit_of_one_task_is_not_the_next_ones(warm) -> None:
    warm.configure(linger_seconds=20, timeout_seconds=1, grace_seconds=1)
    tasks = schedule(warm, 2)
    warm.sh(f'grep -q "n.: 0" $TASK_INPUT && exec sleep 60; {ECHO}')
    assert tasks[0].answer["error"] == "Job.TimedOut"
    assert json.loads(tasks[1].answer["output"]) == {"n": 1}
