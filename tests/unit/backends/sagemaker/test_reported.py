"""A training's end reaches its task: the event says that it ended, DescribeTrainingJob says how."""

import json
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from tests.schemas.events.samples import training_event
from tests.unit.backends.sagemaker.training_jobs import TEMPLATE, described
from tests.unit.composed import Composed

from activity_dispatch.backends import registry
from activity_dispatch.backends.job_names import job_name
from activity_dispatch.backends.sagemaker.backend import SageMakerBackend
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.tasks import Task
from activity_dispatch.report.reporter import Report, make_reporter
from activity_dispatch.testing.stack import ARN

POLL = "6742f00000000001"


def report(stack: Composed, status: str, **description: Any) -> Any:
    """Report the end of a training, which the service describes like this; return the task's answer."""
    scheduled = stack.stepfunctions.schedule(ARN)
    token = stack.stepfunctions.get_activity_task(activityArn=ARN, workerName=f"{POLL} test")["taskToken"]
    task = Task(activity_arn=ARN, token=token, input="{}", heartbeat_seconds=60, poll_id=POLL)
    name = job_name(task.task_id)
    ended = {"TrainingJobName": name, "TrainingJobStatus": status, "SecondaryStatus": status}
    stack.tasks.add(task, "sagemaker")
    stack.tasks.record_started(task.task_id, JobId(name))
    stack.backend = SageMakerBackend(
        client=Mock(describe_training_job=Mock(return_value=described(**ended, **description))),
        logs=Mock(describe_log_streams=Mock(return_value={"logStreams": []})),
        template=TEMPLATE,
        checkpoint_s3_uri="s3://bucket/checkpoints",
    )
    reporter = replace(make_reporter(stack.runtime), diagnose=registry.diagnose)
    assert reporter.handle(training_event(ended)) is Report.SETTLED
    return scheduled.answer


def test_a_success_has_its_metrics_and_times(stack) -> None:
    answer = report(
        stack,
        "Completed",
        FinalMetricDataList=[{"MetricName": "accuracy", "Value": 0.98}],
        BillableTimeInSeconds=40,
        TrainingTimeInSeconds=101,
    )
    output = json.loads(answer["output"])
    assert output["metrics"] == {"accuracy": 0.98}
    assert (output["billable_seconds"], output["training_seconds"]) == (40, 101)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("CapacityError: Unable to provision requested ML compute capacity", "Dispatch.CapacityUnavailable"),
        ("InternalServerError: We encountered an internal error", "Job.Interrupted"),
        ("AlgorithmError: , exit code: 137", "Job.OutOfMemory"),
        ("AlgorithmError: the loss is nan, exit code: 1", "Job.Failed"),
    ],
)
def test_a_failure_has_its_reason(stack, reason: str, error: str) -> None:
    answer = report(stack, "Failed", FailureReason=reason)
    assert answer["error"] == error
    assert reason in json.loads(answer["cause"])["message"]
