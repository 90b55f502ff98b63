"""What a `SageMaker Training Job State Change` and DescribeTrainingJob say about a task's job.

An event does not say why a job failed, what it measured or what it cost: its end is looked up.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html,
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from activity_dispatch.backends.exit_codes import outcome_of_exit
from activity_dispatch.backends.job_names import attempt_in
from activity_dispatch.backends.times import seconds_of
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded

NAME = "sagemaker"

_ENDED = ("Completed", "Failed", "Stopped")
_UNDER_WAY = ("InProgress", "Stopping")
_TRAINING = "Training"
_QUEUED = ("Starting", "Pending", "LaunchingMLInstances", "PreparingTrainingStack")
# A FailureReason begins with the kind of failure, and contains the container's exit code if it has one.
# https://docs.aws.amazon.com/sagemaker/latest/dg/training-troubleshooting.html
_KIND = re.compile(r"\w+(?=: )")
_EXIT_CODE = re.compile(r"exit code: (\d{1,3})\b")
_KILLED = 137


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return what an event says, without the outcome; None if it is not about a job that runs a task."""
    detail = event.get("detail")
    if event.get("source") != "aws.sagemaker" or not isinstance(detail, Mapping):
        return None
    return _diagnosis(detail)


def diagnose_job(description: Mapping[str, Any]) -> Diagnosis | None:
    """Return a job's diagnosis from DescribeTrainingJob; None if it runs no task."""
    found = _diagnosis(description)
    if found is None:
        return None
    secondary = description["SecondaryStatus"]
    if found.state is JobState.ENDED:
        return replace(found, outcome=_outcome(description, found.job_id, secondary))
    return replace(found, progress=_progress(secondary, _metrics(description)))


def _diagnosis(detail: Mapping[str, Any]) -> Diagnosis | None:
    status, secondary = detail.get("TrainingJobStatus"), detail.get("SecondaryStatus")
    name = detail.get("TrainingJobName")
    found = attempt_in(name)
    if found is None or not isinstance(secondary, str) or status not in (*_ENDED, *_UNDER_WAY):
        return None
    ended = status in _ENDED
    return Diagnosis(
        task_id=found[0],
        attempt=found[1],
        job_id=JobId(str(name)),
        state=JobState.ENDED if ended else _state(detail, secondary),
        progress=None if ended else _progress(secondary, {}),
        has_output=True,
        ended_at=seconds_of(detail.get("TrainingEndTime")),
    )


def _state(detail: Mapping[str, Any], secondary: str) -> JobState:
    # After an interruption a job starts again: unlike one that never ran, it is not queued.
    return JobState.QUEUED if secondary in _QUEUED and not _has_run(detail) else JobState.RUNNING


def _progress(secondary: str, metrics: Mapping[str, float]) -> str:
    """Return the secondary status, and the metrics if there are any, as JSON."""
    return json.dumps({"secondary_status": secondary} | ({"metrics": metrics} if metrics else {}))


def _outcome(detail: Mapping[str, Any], job_id: str, secondary: str) -> Outcome:
    if detail["TrainingJobStatus"] == "Completed":
        return Succeeded(output=json.dumps(_result(detail, job_id)))
    reason = detail.get("FailureReason")
    reason = reason if isinstance(reason, str) and reason else f"the training job ended as {secondary}"
    exit_code = _EXIT_CODE.search(reason)
    cause = Cause(
        message=reason,
        backend=NAME,
        job_id=job_id,
        exit_code=int(exit_code[1]) if exit_code else None,
        stop_code=secondary,
    )
    if detail["TrainingJobStatus"] == "Stopped":
        return Failed(error=_stopped(detail, secondary), cause=cause)
    return _failed(detail, cause)


def _stopped(detail: Mapping[str, Any], secondary: str) -> ErrorName:
    if secondary == "MaxRuntimeExceeded":
        return ErrorName.JOB_TIMED_OUT
    if secondary == "MaxWaitTimeExceeded" and not _has_run(detail):
        return ErrorName.DISPATCH_QUEUE_TIMEOUT
    # It waited too long for another Spot instance, or somebody stopped it.
    return ErrorName.JOB_INTERRUPTED


def _failed(detail: Mapping[str, Any], cause: Cause) -> Outcome:
    kind = _KIND.match(cause.message)
    if kind is not None and kind[0] == "CapacityError":
        return Failed(error=ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, cause=cause)
    if kind is not None and kind[0] == "InternalServerError":
        return Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause)
    if cause.exit_code == _KILLED:
        # Only the kernel kills a container that SageMaker was not asked to stop.
        return Failed(error=ErrorName.JOB_OUT_OF_MEMORY, cause=cause)
    if cause.exit_code:
        return outcome_of_exit(cause)
    name = ErrorName.JOB_FAILED if _has_run(detail) else ErrorName.JOB_NEVER_STARTED
    return Failed(error=name, cause=cause)


def _result(detail: Mapping[str, Any], job_id: str) -> Mapping[str, Any]:
    artefacts = detail.get("ModelArtifacts")
    model = artefacts.get("S3ModelArtifacts") if isinstance(artefacts, Mapping) else None
    return {
        "job_name": job_id,
        "model_s3_uri": model or _model_uri(detail, job_id),
        "metrics": _metrics(detail),
        "billable_seconds": _seconds(detail, "BillableTimeInSeconds"),
        "training_seconds": _seconds(detail, "TrainingTimeInSeconds"),
    }


def _model_uri(detail: Mapping[str, Any], job_id: str) -> str | None:
    output = detail.get("OutputDataConfig")
    base = output.get("S3OutputPath") if isinstance(output, Mapping) else None
    return f"{base.rstrip('/')}/{job_id}/output/model.tar.gz" if isinstance(base, str) else None


def _seconds(detail: Mapping[str, Any], name: str) -> int | None:
    value = detail.get(name)
    if isinstance(value, int):
        return value
    started, ended = (_milliseconds(detail.get(f"Training{end}Time")) for end in ("Start", "End"))
    return None if started is None or ended is None else math.ceil((ended - started) / 1000)


def _metrics(detail: Mapping[str, Any]) -> Mapping[str, float]:
    value = detail.get("FinalMetricDataList")
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else []
    return {
        item["MetricName"]: item["Value"]
        for item in items
        if isinstance(item, Mapping)
        and isinstance(item.get("MetricName"), str)
        and isinstance(item.get("Value"), int | float)
        and math.isfinite(item["Value"])
    }


def _has_run(detail: Mapping[str, Any]) -> bool:
    transitions = detail.get("SecondaryStatusTransitions")
    if not isinstance(transitions, Sequence) or not transitions:
        return bool(detail.get("TrainingStartTime"))
    return any(isinstance(item, Mapping) and item.get("Status") == _TRAINING for item in transitions)


def _milliseconds(time: Any) -> int | None:
    """Return a time in milliseconds: an event has a string or a number, DescribeTrainingJob a datetime."""
    if isinstance(time, datetime):
        return round(time.timestamp() * 1000)
    if isinstance(time, str) and time.isascii() and time.isdecimal():
        return int(time[:15])
    return time if isinstance(time, int) and not isinstance(time, bool) else None
