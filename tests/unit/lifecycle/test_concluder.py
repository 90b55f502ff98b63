"""A job's end becomes its task's outcome, with the end of the job's log."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.lifecycle.concluder import captured_result
from activity_dispatch.runtime.endings import make_concluder
from activity_dispatch.testing.stepfunctions import FakeTask

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


@pytest.mark.parametrize(
    ("lines", "output"),
    [
        (("log", '{"answer": 42}'), {"answer": 42}),
        (("[1, 2]",), [1, 2]),
        (("log", "42"), {"exit_code": 0, "log_tail": ["log", "42"]}),
        (("log", "{cut"), {"exit_code": 0, "log_tail": ["log", "{cut"]}),
        (("[NaN]",), {"exit_code": 0, "log_tail": ["[NaN]"]}),
        (("[" * 100_000,), {"exit_code": 0, "log_tail": ["[" * 100_000]}),
        ((), {"exit_code": 0, "log_tail": []}),
    ],
)
def test_a_plain_containers_output_is_its_last_log_line_or_its_log_tail(lines, output) -> None:
    assert json.loads(captured_result('{"exit_code": 0}', lines)) == output
