"""The reporter: only the end of a task's own job settles it, and once."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.backends import registry
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, Failed, Succeeded
from activity_dispatch.domain.tasks import OutcomeName, task_id_of
from activity_dispatch.lifecycle.concluder import captured_result
from activity_dispatch.report.reporter import Report, make_reporter

FAILED = Failed(error="Job.Failed", cause=Cause(message="exit code 3", exit_code=3))
SUCCEEDED = Succeeded(output='{"exit_code": 0}')


@pytest.fixture
def started(stack):
    """A task whose job was started by the dispatcher."""
    fake = stack.stepfunctions.schedule(stack.arn)
    stack.dispatcher.handle(json.dumps({"activity_arn": stack.arn}))
    task_id = task_id_of(fake.token)
    stack.logs.default = ["first", "last"]
    stack.reporter = make_reporter(stack.runtime)
    return fake, Diagnosis(task_id=task_id, job_id=JobId(f"fake-{task_id}"), state=JobState.ENDED)


def test_an_end_settles_the_task_with_its_last_log_lines(stack, started) -> None:
    fake, diagnosis = started
    event = {"diagnosis": replace(diagnosis, outcome=FAILED)}
    assert stack.reporter.handle(event) is Report.SETTLED
    assert fake.answer["error"] == "Job.Failed"
    cause = json.loads(fake.answer["cause"])
    assert (cause["exit_code"], cause["log_tail"]) == (3, ["first", "last"])
    assert "log-group/fake" in cause["log_url"]


def test_the_same_end_twice_settles_once(stack, started) -> None:
    _, diagnosis = started
    event = {"diagnosis": replace(diagnosis, outcome=FAILED)}
    stack.reporter.handle(event)
    assert stack.reporter.handle(event) is Report.ALREADY_SETTLED
    assert stack.tasks.get(diagnosis.task_id).outcome is OutcomeName.FAILED


def test_what_the_worker_told_stands(stack, started) -> None:
    fake, diagnosis = started
    stack.settler.settle(diagnosis.task_id, fake.token, Succeeded(output='"done"'))
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)}) is Report.ALREADY_SETTLED
    assert fake.answer == {"output": '"done"'}


def test_an_event_on_the_way_changes_nothing(stack, started) -> None:
    fake, diagnosis = started
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, state=JobState.RUNNING)}) is Report.NOTED
    assert fake.answer is None


def test_an_event_on_the_way_may_tell_the_progress(stack, started) -> None:
    _, diagnosis = started
    running = replace(diagnosis, state=JobState.RUNNING, progress='{"secondary_status": "Training"}')
    assert stack.reporter.handle({"diagnosis": running}) is Report.NOTED
    assert stack.tasks.get(diagnosis.task_id).progress == '{"secondary_status": "Training"}'


def test_an_output_that_is_whole_gets_a_link_to_the_log_and_nothing_of_it(stack, started) -> None:
    fake, diagnosis = started
    stack.logs.default = ['{"of": "the log"}']
    outcome = Succeeded(output='{"model_s3_uri": "s3://bucket/model"}')
    event = {"diagnosis": replace(diagnosis, outcome=outcome, has_output=True)}
    assert stack.reporter.handle(event) is Report.SETTLED
    output = json.loads(fake.answer["output"])
    assert output.pop("log_url").startswith("https://")
    assert output == {"model_s3_uri": "s3://bucket/model"}


def test_the_end_of_another_job_for_the_task_is_not_the_tasks(stack, started) -> None:
    fake, diagnosis = started
    event = {"diagnosis": replace(diagnosis, job_id=JobId("second"), outcome=SUCCEEDED)}
    assert stack.reporter.handle(event) is Report.NOT_OURS
    assert fake.answer is None


def test_a_job_whose_start_was_never_recorded_settles_its_task(stack, started) -> None:
    fake, diagnosis = started
    record = stack.tasks.records[diagnosis.task_id]
    stack.tasks.records[diagnosis.task_id] = replace(record, job_id=None, state="starting")
    assert stack.reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)}) is Report.SETTLED
    assert fake.answer["error"] == "Job.Failed"


def test_a_failure_without_a_log_has_no_link_to_one(stack, started) -> None:
    fake, diagnosis = started
    stack.logs.default = []
    stack.reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)})
    assert set(json.loads(fake.answer["cause"])) == {"message", "exit_code"}


@pytest.mark.parametrize(
    "problem",
    [InvalidBackendConfig("cluster: None; it must be a non-empty string"), InvalidActivity("name: missing")],
)
def test_a_wrong_configuration_costs_the_log_and_not_the_outcome(stack, started, caplog, problem) -> None:
    fake, diagnosis = started

    def refuse(_activity):
        raise problem

    reporter = replace(stack.reporter, concluder=replace(stack.runtime.concluder, backend_of=refuse))
    assert reporter.handle({"diagnosis": replace(diagnosis, outcome=FAILED)}) is Report.SETTLED
    assert fake.answer["error"] == "Job.Failed"
    assert str(problem) in caplog.text


@pytest.mark.parametrize("event", [{}, {"source": "aws.ec2"}])
def test_unknown_events_are_a_logged_no_op(stack, started, event) -> None:
    assert stack.reporter.handle(event) is Report.NOT_OURS


def test_an_event_of_another_stacks_task(stack, started) -> None:
    _, diagnosis = started
    event = {"diagnosis": replace(diagnosis, task_id="0" * 32, outcome=FAILED)}
    assert stack.reporter.handle(event) is Report.NOT_OURS


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
def test_the_captured_result_of_a_container_that_knows_nothing_of_tasks(lines, output) -> None:
    assert json.loads(captured_result('{"exit_code": 0}', lines)) == output


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("taskArn", "startedBy", "lastStatus", "stopCode", "containers", "overrides", "version", "jobName")


@given(
    source=st.sampled_from(["aws.ecs", "aws.batch", "aws.lambda", "other"]),
    detail=JSON | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON),
    known=st.booleans(),
)
def test_no_event_makes_a_backend_raise(source: str, detail: Any, known: bool) -> None:
    if known and isinstance(detail, dict):
        detail |= {"startedBy": "0" * 32, "taskArn": "arn", "jobName": "task-" + "0" * 32, "jobId": "j"}
    registry.diagnose(
        {"source": source, "detail": detail, "requestPayload": detail, "requestContext": detail}
    )
