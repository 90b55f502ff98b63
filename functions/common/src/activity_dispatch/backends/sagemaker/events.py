"""What a `SageMaker Training Job State Change` says about a task's job.

Sources: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html,
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from activity_dispatch.backends.exit_codes import outcome_of_exit
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Outcome, Succeeded

NAME = "sagemaker"
JOB_NAME_PREFIX = "task-"
_JOB_NAME = re.compile(JOB_NAME_PREFIX + "([0-9a-f]{32})")
_ENDED = ("Completed", "Failed", "Stopped")
_UNDER_WAY = ("InProgress", "Stopping")
_TRAINING = "Training"
_QUEUED = ("Starting", "Pending", "LaunchingMLInstances", "PreparingTrainingStack")
# A FailureReason begins with the name of its kind, and of the container's end it tells the code.
# https://docs.aws.amazon.com/sagemaker/latest/dg/training-troubleshooting.html
_KIND = re.compile(r"\w+(?=: )")
_EXIT_CODE = re.compile(r"exit code: (\d{1,3})\b")
_KILLED = 137


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return what the event says; None if it is not about a training job that runs a task."""
    detail = event.get("detail")
    if event.get("source") != "aws.sagemaker" or not isinstance(detail, Mapping):
        return None
    return diagnose_job(detail)


def diagnose_job(detail: Mapping[str, Any]) -> Diagnosis | None:
    """Return what a job says, an event's detail or DescribeTrainingJob's answer; None if it runs no task."""
    name, status, secondary = (
        detail.get(key) for key in ("TrainingJobName", "TrainingJobStatus", "SecondaryStatus")
    )
    match = _JOB_NAME.fullmatch(name) if isinstance(name, str) else None
    if match is None or not isinstance(secondary, str) or status not in (*_ENDED, *_UNDER_WAY):
        return None
    ended = status in _ENDED
    return Diagnosis(
        task_id=match[1],
        job_id=JobId(match[0]),
        state=JobState.ENDED if ended else _state(detail, secondary),
        outcome=_outcome(detail, match[0], secondary) if ended else None,
        progress=None if ended else _progress(detail, secondary),
        has_output=True,
    )


def _state(detail: Mapping[str, Any], secondary: str) -> JobState:
    # One that was interrupted starts again: it is not queued as one is that never ran.
    return JobState.QUEUED if secondary in _QUEUED and not _has_run(detail) else JobState.RUNNING


def _progress(detail: Mapping[str, Any], secondary: str) -> str:
    """Return the secondary status, and the metrics as far as there are any, as JSON."""
    metrics = _metrics(detail)
    return json.dumps({"secondary_status": secondary} | ({"metrics": metrics} if metrics else {}))


def _outcome(detail: Mapping[str, Any], job_id: str, secondary: str) -> Outcome:
    if detail["TrainingJobStatus"] == "Completed":
        return Succeeded(output=json.dumps(_result(detail, job_id)))
    reason = detail.get("FailureReason")
    reason = reason if isinstance(reason, str) and reason else f"the training job ended as {secondary}"
    found = _EXIT_CODE.search(reason)
    cause = Cause(
        message=reason,
        backend=NAME,
        job_id=job_id,
        exit_code=int(found[1]) if found else None,
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
    # The wait for a Spot instance was too long, or somebody stopped it.
    return ErrorName.JOB_INTERRUPTED


def _failed(detail: Mapping[str, Any], cause: Cause) -> Outcome:
    kind = _KIND.match(cause.message)
    if kind is not None and kind[0] == "CapacityError":
        return Failed(error=ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, cause=cause)
    if kind is not None and kind[0] == "InternalServerError":
        return Failed(error=ErrorName.JOB_INTERRUPTED, cause=cause)
    if cause.exit_code == _KILLED:
        # Nobody but the kernel kills a container that SageMaker was not asked to stop.
        return Failed(error=ErrorName.JOB_OUT_OF_MEMORY, cause=cause)
    if cause.exit_code:
        return outcome_of_exit(cause)
    name = ErrorName.JOB_FAILED if _has_run(detail) else ErrorName.JOB_NEVER_STARTED
    return Failed(error=name, cause=cause)


def _result(detail: Mapping[str, Any], job_id: str) -> Mapping[str, Any]:
    artefacts = detail.get("ModelArtifacts")
    model = artefacts.get("S3ModelArtifacts") if isinstance(artefacts, Mapping) else None
    # AWS documents no list of an event's fields: what it may lack follows from others.
    return {
        "job_name": job_id,
        "model_s3_uri": model or _model_place(detail, job_id),
        "metrics": _metrics(detail),
        "billable_seconds": _seconds(detail, "BillableTimeInSeconds"),
        "training_seconds": _seconds(detail, "TrainingTimeInSeconds"),
    }


def _model_place(detail: Mapping[str, Any], job_id: str) -> str | None:
    output = detail.get("OutputDataConfig")
    base = output.get("S3OutputPath") if isinstance(output, Mapping) else None
    return f"{base.rstrip('/')}/{job_id}/output/model.tar.gz" if isinstance(base, str) else None


def _seconds(detail: Mapping[str, Any], name: str) -> int | None:
    value = detail.get(name)
    if isinstance(value, int):
        return value
    begun, ended = (_milliseconds(detail.get(f"Training{end}Time")) for end in ("Start", "End"))
    return None if begun is None or ended is None else math.ceil((ended - begun) / 1000)


def _metrics(detail: Mapping[str, Any]) -> Mapping[str, float]:
    given = detail.get("FinalMetricDataList")
    found = given if isinstance(given, Sequence) and not isinstance(given, str) else []
    return {
        item["MetricName"]: item["Value"]
        for item in found
        if isinstance(item, Mapping)
        and isinstance(item.get("MetricName"), str)
        and isinstance(item.get("Value"), int | float)
        and math.isfinite(item["Value"])
    }


def _has_run(detail: Mapping[str, Any]) -> bool:
    given = detail.get("SecondaryStatusTransitions")
    if not isinstance(given, Sequence) or not given:
        return bool(detail.get("TrainingStartTime"))
    return any(isinstance(item, Mapping) and item.get("Status") == _TRAINING for item in given)


def _milliseconds(time: Any) -> int | None:
    """Return a time of an event, milliseconds in a text or a number, or of DescribeTrainingJob."""
    if isinstance(time, datetime):
        return round(time.timestamp() * 1000)
    if isinstance(time, str) and time.isascii() and time.isdecimal():
        return int(time[:15])
    return time if isinstance(time, int) and not isinstance(time, bool) else None
