"""Whatever a task's input is: a request that its service can be sent, or InvalidInput, and nothing else."""

import json
from contextlib import suppress
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.backends.sagemaker.training_jobs import TEMPLATE

from activity_dispatch.backends.batch.backend import BatchBackend
from activity_dispatch.backends.batch.request import JobContainer
from activity_dispatch.backends.ecs.backend import EcsBackend
from activity_dispatch.backends.sagemaker.request import TrainingOverrides, training_request
from activity_dispatch.domain.inputs import job_overrides
from activity_dispatch.domain.tasks import InvalidInput, Task

KEYS = (
    "command",
    "cpu",
    "memory_mb",
    "gpu",
    "timeout_seconds",
    "instance_type",
    "instance_count",
    "volume_gb",
)
ALLOWED = (*KEYS, "environment", "environment.A", "environment.X_*", "environment.LD_*")
SESSION = botocore.session.Session()
NAMES = ("A", "X_1", "X_=", "X_\ud800", "LD_PRELOAD")
UNUSED: Any = None

TEXTS = st.text(st.characters(codec=None), max_size=8) | st.sampled_from(
    ["\0", "\ud800", "a\n", "s3://b/a", ""]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(10**4_200),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
NUMBERS = st.integers(-1, 2**40) | st.floats() | ANYTHING
VARIABLES = st.dictionaries(st.sampled_from(NAMES) | TEXTS, TEXTS | ANYTHING, max_size=3) | ANYTHING
JOBS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, NUMBERS),
        "command": st.lists(TEXTS, max_size=3) | ANYTHING,
        "environment": VARIABLES,
        "instance_type": TEXTS.map("ml.{}".format) | ANYTHING,
    },
)
INPUTS = st.fixed_dictionaries(
    {},
    optional={
        "job": JOBS | ANYTHING,
        "hyperparameters": st.dictionaries(TEXTS, ANYTHING, max_size=3) | ANYTHING,
        "checkpoint_s3_uri": TEXTS.map("s3://b/{}".format) | ANYTHING,
        "output_s3_uri": TEXTS.map("s3://{}".format) | ANYTHING,
        "input_s3_uris": st.dictionaries(TEXTS, TEXTS.map("s3://b/{}".format), max_size=3) | ANYTHING,
    },
)


def checked(service: str, operation: str, request: dict[str, Any]) -> None:
    shape = SESSION.get_service_model(service).operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    json.dumps(request, ensure_ascii=False, allow_nan=False).encode()
    assert "\\u0000" not in json.dumps(request)


def ecs(task: Task) -> None:
    network: dict[str, Any] = {"subnets": [], "securityGroups": [], "assignPublicIp": "DISABLED"}
    backend = EcsBackend(
        client=UNUSED,
        cluster="c",
        task_definition="d",
        container="j",
        capacity=[{"capacityProvider": "FARGATE", "weight": 1}],
        network=network,
    )
    checked("ecs", "RunTask", backend._request(task))


def batch(task: Task, container: JobContainer | None = None) -> None:
    backend = BatchBackend(
        client=UNUSED,
        client_once=UNUSED,
        job_queue="q",
        job_definition="d",
        log_group="/jobs",
        container=container,
    )
    checked("batch", "SubmitJob", backend._request(task))


def batch_with_sidecars(task: Task) -> None:
    batch(task, JobContainer(name="j", sidecars_cpu=0.25, sidecars_memory_mb=512))


def sagemaker(task: Task) -> None:
    wanted = TrainingOverrides.from_task(task, default_checkpoints="s3://bucket/c/")
    checked("sagemaker", "CreateTrainingJob", training_request(TEMPLATE, "task-1", wanted))


@given(INPUTS | ANYTHING)
@example({"job": {"environment": {"X_": "\ud800"}}})
@example({"hyperparameters": {"a": [[10**4_200]]}})
@example({"job": {"cpu": 1e-9}})
@example({"job": {"cpu": float("inf")}})
def test_a_request_can_be_sent_or_the_input_is_invalid(document: Any) -> None:
    text = json.dumps(document)
    for build in (ecs, batch, batch_with_sidecars, sagemaker):
        with suppress(InvalidInput):
            overrides = job_overrides(text, ALLOWED)
            build(Task(activity_arn="a", token="t", input=text, heartbeat_seconds=60, overrides=overrides))
