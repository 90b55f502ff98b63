"""A job's end becomes its task's outcome, with the end of the job's log."""

import json
from collections import deque
from dataclasses import replace
from unittest.mock import Mock

import pytest

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.lifecycle.concluder import OutputNotReady
from activity_dispatch.runtime.endings import make_concluder
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stepfunctions import client_error

SUCCEEDED = Succeeded(output='{"exit_code": 0}')
FAILED = Failed(error="Job.Failed", cause=Cause(message="exit code 3", exit_code=3))


@pytest.fixture
def ended(stack) -> tuple[FakeTask, Diagnosis]:
    """Return a task whose job has ended, with two lines in its log."""
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    task_id = task_id_of(scheduled.token)
    stack.logs.default = ["first", "last"]
    return scheduled, Diagnosis(task_id=task_id, job_id=JobId(f"fake-{task_id}"), state=JobState.ENDED)


def test_a_failure_settles_the_task_with_the_last_log_lines(stack, ended) -> None:
    scheduled, diagnosis = ended
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, FAILED)
    assert scheduled.answer["error"] == "Job.Failed"
    cause = json.loads(scheduled.answer["cause"])
    assert (cause["exit_code"], cause["log_tail"]) == (3, ["first", "last"])
    assert "log-group/fake" in cause["log_url"]


def test_a_complete_output_gets_a_link_to_the_log_and_no_log_lines(stack, ended) -> None:
    scheduled, diagnosis = ended
    stack.logs.default = ['{"of": "the log"}']
    outcome = Succeeded(output='{"model_s3_uri": "s3://bucket/model"}')
    complete = replace(diagnosis, has_output=True)
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), complete, outcome)
    output = json.loads(scheduled.answer["output"])
    assert output.pop("log_url").startswith("https://")
    assert output == {"model_s3_uri": "s3://bucket/model"}


def test_a_failure_without_a_log_has_no_link_to_one(stack, ended) -> None:
    scheduled, diagnosis = ended
    stack.logs.default = []
    make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, FAILED)
    assert set(json.loads(scheduled.answer["cause"])) == {"message", "exit_code"}


@pytest.mark.parametrize(
    "problem",
    [InvalidBackendConfig("cluster: None; it must be a non-empty string"), InvalidActivity("name: missing")],
)
def test_an_invalid_configuration_costs_the_log_but_not_the_outcome(stack, ended, caplog, problem) -> None:
    scheduled, diagnosis = ended

    def refuse(_activity):
        raise problem

    concluder = replace(make_concluder(stack.runtime), backend_of=refuse)
    assert concluder.conclude(stack.record_of(scheduled), diagnosis, FAILED)
    assert scheduled.answer["error"] == "Job.Failed"
    assert str(problem) in caplog.text
    assert str(problem) in json.loads(scheduled.answer["cause"])["message"]


def test_without_a_valid_configuration_a_result_in_the_log_is_not_an_empty_success(stack, ended) -> None:
    scheduled, diagnosis = ended

    def refuse(_activity):
        raise InvalidBackendConfig("cluster: None")

    concluder = replace(make_concluder(stack.runtime), backend_of=refuse)
    assert concluder.conclude(stack.record_of(scheduled), diagnosis, SUCCEEDED)
    assert scheduled.answer["error"] == "Job.OutputUnavailable"


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ResourceNotFoundException", "ThrottlingException"]
)
def test_a_success_whose_output_cannot_be_read_fails_and_says_so(stack, ended, code) -> None:
    scheduled, diagnosis = ended
    stack.logs.problems = deque([client_error(code, "GetLogEvents")] * 1_000)
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, SUCCEEDED)
    assert scheduled.answer["error"] == "Job.OutputUnavailable"
    cause = json.loads(scheduled.answer["cause"])
    assert code in cause["message"]
    assert (cause["job_id"], cause["exit_code"]) == (diagnosis.job_id, 0)
    assert ("log_url" in cause) == (code != "ResourceNotFoundException")


def test_while_the_log_may_become_readable_the_task_stays_open(stack, ended) -> None:
    scheduled, diagnosis = ended
    concluder = make_concluder(stack.runtime)
    stack.logs.problems = deque([client_error("ThrottlingException", "GetLogEvents")] * 1_000)
    lately = replace(diagnosis, ended_at=stack.clock() - 60)
    with pytest.raises(OutputNotReady, match="Throttling"):
        concluder.conclude(stack.record_of(scheduled), lately, SUCCEEDED)
    assert stack.record_of(scheduled).state is not TaskState.SETTLED
    stack.logs.problems.clear()
    stack.logs.default = ['{"answer": 42}']
    assert concluder.conclude(stack.record_of(scheduled), lately, SUCCEEDED)
    assert json.loads(scheduled.answer["output"]) == {"answer": 42}


def test_minutes_after_the_end_an_unreadable_log_is_given_up(stack, ended) -> None:
    scheduled, diagnosis = ended
    stack.logs.problems = deque([client_error("ThrottlingException", "GetLogEvents")] * 1_000)
    long_ago = replace(diagnosis, ended_at=stack.clock() - 301)
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), long_ago, SUCCEEDED)
    assert scheduled.answer["error"] == "Job.OutputUnavailable"


def test_a_container_that_printed_nothing_succeeds(stack, ended) -> None:
    scheduled, diagnosis = ended
    stack.logs.default = []
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, SUCCEEDED)
    assert json.loads(scheduled.answer["output"]) == {"exit_code": 0, "log_tail": []}


@pytest.mark.parametrize("problem", ["AccessDeniedException", "ThrottlingException"])
def test_a_failure_keeps_its_name_and_says_that_its_log_is_unreadable(stack, ended, problem) -> None:
    scheduled, diagnosis = ended
    stack.logs.problems = deque([client_error(problem, "GetLogEvents")] * 1_000)
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, FAILED)
    assert scheduled.answer["error"] == "Job.Failed"
    cause = json.loads(scheduled.answer["cause"])
    assert cause["message"].startswith("exit code 3 (its log could not be read: ")
    assert "log_url" in cause


def test_a_job_without_a_container_has_no_log_to_miss(stack, ended) -> None:
    scheduled, diagnosis = ended
    stack.logs.default = None
    never = Failed(error="Job.NeverStarted", cause=Cause(message="no image"))
    make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, never)
    assert json.loads(scheduled.answer["cause"]) == {"message": "no image"}


def test_of_a_settled_task_no_log_is_read(stack, ended) -> None:
    scheduled, diagnosis = ended
    record = stack.record_of(scheduled)
    stack.settler.settle(record.task_id, record.token, Succeeded(output="1"))
    stack.sleep = pytest.fail
    assert not make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, SUCCEEDED)
    assert stack.logs.calls == 0
    assert stack.record_of(scheduled).is_closed


def test_what_the_worker_reports_while_the_log_is_awaited_counts(stack, ended) -> None:
    scheduled, diagnosis = ended
    record = stack.record_of(scheduled)
    stack.sleep = lambda _: stack.settler.settle(record.task_id, record.token, Succeeded(output="1"))
    assert not make_concluder(stack.runtime).conclude(record, diagnosis, SUCCEEDED)
    assert scheduled.answer == {"output": "1"}
    assert stack.record_of(scheduled).is_closed


def test_a_result_that_step_functions_refuses_fails_the_task(stack, ended, monkeypatch) -> None:
    scheduled, diagnosis = ended
    stack.logs.default = ['{"answer": 42}']
    refused = client_error("InvalidOutput", "SendTaskSuccess")
    monkeypatch.setattr(stack.stepfunctions, "send_task_success", Mock(side_effect=refused))
    assert make_concluder(stack.runtime).conclude(stack.record_of(scheduled), diagnosis, SUCCEEDED)
    assert scheduled.answer["error"] == "Job.InvalidOutput"
