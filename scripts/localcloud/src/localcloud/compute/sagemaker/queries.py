"""DescribeTrainingJob, ListTrainingJobs and StopTrainingJob."""

from typing import Any

from localcloud.compute.cloud import Document, place_of
from localcloud.compute.control_plane import refusal
from localcloud.compute.sagemaker.jobs import JOBS, TrainingJob
from localcloud.compute.sagemaker.validation import validate

_MAX_LISTED = 100
_DEFAULT_LISTED = 10
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)
_SORT_KEYS = {
    "Name": "TrainingJobName",
    "CreationTime": "CreationTime",
    "Status": "TrainingJobStatus",
}


def describe_training_job(context: Any, request: Document) -> Document:
    """Describe one job."""
    return _find(context, request).describe()


def stop_training_job(context: Any, request: Document) -> Document:
    """Send SIGTERM, then SIGKILL after two minutes. As on AWS, an ended job is an error."""
    job = _find(context, request)
    if not job.stop():
        status = job.describe()["TrainingJobStatus"]
        raise refusal(
            "ValidationException",
            f"The request was rejected because the training job is in status {status}.",
        )
    return {}


def list_training_jobs(context: Any, request: Document) -> Document:
    """List jobs by name, status and time, in pages."""
    validate("sagemaker", "ListTrainingJobs", request)
    place = place_of(context)
    found = [job.describe() for job in JOBS.all() if job.place == place]
    listed = [item for item in found if _passes(item, request)]
    key = _SORT_KEYS[request.get("SortBy") or "CreationTime"]
    listed.sort(key=lambda item: item[key], reverse=request.get("SortOrder") != "Ascending")
    start = int(request.get("NextToken") or 0)
    end = start + min(request.get("MaxResults") or _DEFAULT_LISTED, _MAX_LISTED)
    summaries = [
        {name: item[name] for name in _SUMMARY if name in item} for item in listed[start:end]
    ]
    answer: Document = {"TrainingJobSummaries": summaries}
    return answer | ({"NextToken": str(end)} if end < len(listed) else {})


def _find(context: Any, request: Document) -> TrainingJob:
    job = JOBS.find(place_of(context), request["TrainingJobName"])
    if job is None:
        # The service answers this, not its model's ResourceNotFound.
        raise refusal("ValidationException", "Requested resource not found.")
    return job


def _passes(job: Document, request: Document) -> bool:
    wanted = request.get("StatusEquals")
    if wanted and job["TrainingJobStatus"] != wanted:
        return False
    if (request.get("NameContains") or "").lower() not in job["TrainingJobName"].lower():
        return False
    return all(
        _in_time(job[field], request.get(f"{field}After"), request.get(f"{field}Before"))
        for field in ("CreationTime", "LastModifiedTime")
    )


def _in_time(moment: Any, after: Any, before: Any) -> bool:
    return (after is None or moment > after) and (before is None or moment < before)
