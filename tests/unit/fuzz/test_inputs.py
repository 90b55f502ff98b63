"""Any input is accepted, or refused with the error documented for it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.test_envelope import ACTIVITY, EXECUTION, envelope
from tests.unit.fuzz import mutation
from tests.unit.fuzz.mutation import tried
from tests.unit.fuzz.recorded import ARN, TASK_ID, TOKEN

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.batch.backend import BatchBackend
from activity_dispatch.backends.container_overrides import ContainerOverrides
from activity_dispatch.backends.ecs.backend import EcsBackend
from activity_dispatch.backends.lambda_.backend import LambdaBackend
from activity_dispatch.domain.envelope import MARK, unwrapped
from activity_dispatch.domain.inputs import job_overrides
from activity_dispatch.domain.invocation import InvalidEvent, Invocation
from activity_dispatch.domain.job_tags import JobTags, problem_of_value
from activity_dispatch.domain.tasks import InvalidInput, Origin, Task
from activity_dispatch.lifecycle.tagging import overrides_and_tags
from activity_dispatch.runtime.settings import InvalidSettings, Settings
from activity_dispatch.worker.container.settings import WorkerSettings
from prepare import source as prepare

JOB = {
    "command": ["python", "-m", "work"],
    "environment": {"LEVEL": "3"},
    "cpu": 0.5,
    "memory_mb": 2048,
    "timeout_seconds": 600,
}
jobs = mutation.mutated(JOB)
# What JSON allows and Python's parser refuses: numbers too long or too large, nesting too deep.
WRAPPED = replace(ACTIVITY, arn=ARN)
TAGGED = replace(ACTIVITY, arn=ARN, job_tags=JobTags(allowed=("team", "cost")))
TOO_MUCH = ('{"job": ' + "1" * 5_000 + "}", '{"job": ' + "[" * 200_000, '{"job": 1e999}')
task_inputs = (
    mutation.mutated({"n": 1, "job": JOB}).map(json.dumps)
    | st.sampled_from(TOO_MUCH)
    | st.text(max_size=30)
    | st.text(max_size=30).map(lambda text: f'{{"job"{text}')
)


@mutation.many(1_000)
@given(task_inputs)
def test_a_tasks_job_object_is_read_or_refused(task_input: str) -> None:
    allowed = ("command", "environment", "cpu", "memory_mb")
    job, refusal = tried(lambda: job_overrides(task_input, allowed), InvalidInput)
    assert refusal or isinstance(job, Mapping)


@mutation.many(1_000)
@given(jobs)
def test_container_overrides_are_read_or_refused(job: Any) -> None:
    if isinstance(job, dict):
        overrides, refusal = tried(lambda: ContainerOverrides.from_job(job), InvalidInput)
        variables = [] if overrides is None else overrides.variables(task_of("{}"))
        assert refusal.startswith("job.") or {"name": "TASK_ID", "value": TASK_ID} in variables


@mutation.many(1_000)
@given(mutation.values)
def test_any_value_in_an_envelope_reaches_its_program_unchanged(value: Any) -> None:
    text = json.dumps(value)
    out, refusal = tried(lambda: unwrapped(WRAPPED, task_of(envelope(text))), InvalidInput)
    # Python writes what JSON does not know.
    assert not refusal or ("Infinity" in text and refusal.startswith("input: it can't be read: "))
    assert out is None or (out.input, out.execution_arn) == (text, EXECUTION)


@mutation.many(1_000)
@given(mutation.mutated(json.loads(envelope())).map(json.dumps))
def test_an_envelope_is_read_or_refused(text: str) -> None:
    out, refusal = tried(lambda: unwrapped(WRAPPED, task_of(text)), InvalidInput)
    assert out is not None or refusal.startswith(("input: ", MARK))
    if out is not None and out.is_bare:
        assert out.input == text
    elif out is not None:
        assert (out.execution_arn, type(out.origin)) == (EXECUTION, Origin)


@mutation.many(1_000)
@given(mutation.mutated({"job": {"tags": {"team": "left", "cost": "5"}}}).map(json.dumps))
def test_tags_are_read_or_refused(text: str) -> None:
    made, refusal = tried(lambda: overrides_and_tags(TAGGED, task_of(text)), InvalidInput)
    assert refusal.startswith(("input: ", "job")) or made is not None
    if made is not None:
        assert {key for key, value in made[1].items() if problem_of_value(value)} == set()
        assert made[1].keys() <= {"team", "cost", "activity-dispatch:activity"}


def task_of(text: str) -> Task:
    return Task(activity_arn=ARN, token=TOKEN, input=text, heartbeat_seconds=60)


def backends() -> list[Any]:
    network: dict[str, Any] = {"subnets": [], "securityGroups": []}
    batch = Mock()
    batch.get_paginator.return_value.paginate.return_value = []
    batch.submit_job.return_value = {"jobId": "job"}
    batch.describe_jobs.return_value = {"jobs": []}
    ecs = Mock()
    ecs.run_task.return_value = {"tasks": [{"taskArn": "arn"}], "failures": []}
    ecs.describe_tasks.return_value = {"tasks": []}
    invoked = {"ResponseMetadata": {"RequestId": "request"}, "Payload": Mock()}
    return [
        BatchBackend(
            client=batch,
            client_once=batch,
            job_queue="queue",
            job_definition="definition",
            log_group="/jobs",
        ),
        EcsBackend(
            client=ecs,
            cluster="cluster",
            task_definition="job",
            container="job",
            capacity=[{"capacityProvider": "FARGATE", "weight": 1}],
            network=network,
        ),
        LambdaBackend(client_once=Mock(invoke=Mock(return_value=invoked)), function_arn="arn:aws:lambda:f"),
    ]


BACKENDS = backends()


@mutation.many(1_000)
@given(st.sampled_from(BACKENDS), jobs, task_inputs)
def test_a_start_returns_a_job_or_is_refused(backend: Any, job: Any, task_input: str) -> None:
    overrides = job if isinstance(job, dict) else {}
    task = Task(activity_arn=ARN, token=TOKEN, input=task_input, heartbeat_seconds=60, overrides=overrides)
    started, refusal = tried(lambda: backend.start(task), (InvalidInput, StartRefused))
    assert refusal or started in ("job", "arn", "request")


EVENT = {
    "task_id": TASK_ID,
    "task_token": TOKEN,
    "activity_arn": ARN,
    "heartbeat_seconds": 60,
    "slot": "6742f00000000001",
    "input": {"n": 1},
}


@mutation.many(1_000)
@given(mutation.mutated(EVENT))
def test_an_invocations_event_is_read_or_refused(event: Any) -> None:
    job, refusal = tried(lambda: Invocation.from_event(event), InvalidEvent)
    assert TOKEN not in refusal
    if job is not None:
        assert (type(job.task_id), type(job.token), type(job.heartbeat_seconds)) == (str, str, int)
        assert job.heartbeat_seconds > 0
        assert (type(job.release.activity_arn), type(job.release.slot) in (str, type(None))) == (str, True)
    else:
        assert refusal


ENVIRONMENT = {
    "TASK_TABLE": "tasks",
    "PAYLOAD_BUCKET": "payloads",
    "TASK_RETENTION_DAYS": "7",
    "LOG_LEVEL": "INFO",
    "TASK_ID": TASK_ID,
    "TASK_GRACE_SECONDS": "20",
    "TASK_TIMEOUT_SECONDS": "600",
    "TASK_STDOUT": "output",
}
# A process's environment has only strings.
texts = (
    st.sampled_from(["", "0", "-1", "007", "9" * 5_000, "\u0663", "1.5", "1e3", "\udc80", " 1", "1\n"])
    | st.integers().map(str)
    | st.text(max_size=10)
)


@mutation.many(1_000)
@given(
    st.dictionaries(st.sampled_from(sorted(ENVIRONMENT)), texts, max_size=3),
    st.sets(st.sampled_from(sorted(ENVIRONMENT)), max_size=2),
)
def test_a_workers_settings_are_read_or_refused(changed: dict[str, str], removed: set[str]) -> None:
    environment = {name: value for name, value in {**ENVIRONMENT, **changed}.items() if name not in removed}
    settings, refusal = tried(lambda: WorkerSettings.from_environment(environment), InvalidSettings)
    if settings is None:
        assert any(f"{name}: " in refusal for name in {*changed, *removed})
    else:
        assert 0 <= settings.grace_seconds <= 120
        assert 1 <= Settings.from_environment(environment).task_retention_days <= 365


class S3:
    """Has every object it is asked for, or fails with this error code."""

    def __init__(self, body: bytes, code: str | None) -> None:
        self.body, self.code = body, code

    def get_object(self, *, Bucket: str, Key: str) -> dict:  # noqa: N803
        assert Key.encode()
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, "GetObject")
        body = Mock(read=lambda size: self.body[:size])
        return {"ContentLength": len(self.body), "ETag": '"etag"', "Body": body}


@mutation.many(1_000)
@given(
    mutation.mutated({"source": "s3://texts/folder/a.txt", "job": JOB})
    | st.text(max_size=30).map(lambda key: {"source": f"s3://texts/{key}"}),
    st.binary(max_size=100) | st.just(b"\xff" * 9_000) | st.just("é".encode() * 5_000),
    st.sampled_from([None, None, "NoSuchKey", "AccessDenied"]),
)
def test_prepare_accepts_or_refuses_any_input(event: Any, body: bytes, code: str | None) -> None:
    s3: Any = S3(body, code)
    made, refusal = tried(lambda: prepare.prepare(event, s3), prepare.InvalidInput)
    if made is None:
        # It becomes the execution's cause.
        assert 0 < len(refusal) < 32_768
    else:
        assert json.loads(json.dumps(made)) == made
        assert made["result"]["key"] == made["source"]["key"] + prepare.RESULT_SUFFIX
