"""DescribeJobs, ListJobs, CancelJob and TerminateJob."""

from collections.abc import Callable
from typing import Any

from localcloud.compute.batch.jobs import JOBS
from localcloud.compute.batch.submit import find_queue
from localcloud.compute.cloud import Document, place_of
from localcloud.compute.control_plane import refusal

_MAX_DESCRIBED = 100
_MAX_LISTED = 100
_DEFAULT_STATUS = "RUNNING"
_SUMMARY = (
    "jobArn",
    "jobId",
    "jobName",
    "createdAt",
    "status",
    "statusReason",
    "startedAt",
    "stoppedAt",
    "jobDefinition",
)

type Filter = Callable[[Document, str], bool]


def describe_jobs(_context: Any, request: Document) -> Document:
    """Describe up to 100 jobs; unknown ones are left out."""
    names = request.get("jobs") or []
    if len(names) > _MAX_DESCRIBED:
        raise refusal("ClientException", f"jobs must be at most {_MAX_DESCRIBED}.")
    found = (JOBS.find(name) for name in dict.fromkeys(names))
    return {"jobs": [job.describe() for job in found if job is not None]}


def list_jobs(context: Any, request: Document) -> Document:
    """List a queue's jobs: those in one status, or with a filter, those in any status."""
    if not request.get("jobQueue"):
        raise refusal("ClientException", "The local cloud lists jobs by jobQueue only.")
    queue = find_queue(place_of(context), request["jobQueue"])
    documents = [job.describe() for job in JOBS.of_queue(queue["jobQueueArn"])]
    if filters := request.get("filters"):
        listed = [item for item in documents if _passes(item, filters)]
    else:
        status = request.get("jobStatus") or _DEFAULT_STATUS
        listed = [item for item in documents if item["status"] == status]
    start = int(request.get("nextToken") or 0)
    end = start + min(request.get("maxResults") or _MAX_LISTED, _MAX_LISTED)
    answer: Document = {"jobSummaryList": [_summary(item) for item in listed[start:end]]}
    return answer | ({"nextToken": str(end)} if end < len(listed) else {})


def cancel_job(_context: Any, request: Document) -> Document:
    """Cancel a job that has not started; an unknown job is not an error."""
    if (job := JOBS.find(request["jobId"])) is not None:
        job.cancel(request["reason"])
    return {}


def terminate_job(_context: Any, request: Document) -> Document:
    """Terminate a job; an unknown job is not an error."""
    if (job := JOBS.find(request["jobId"])) is not None:
        job.terminate(request["reason"])
    return {}


def _fits(text: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return text.lower().startswith(pattern[:-1].lower())
    return text.lower() == pattern.lower()


_FILTERS: dict[str, Filter] = {
    "JOB_NAME": lambda job, value: _fits(job["jobName"], value),
    "JOB_DEFINITION": lambda job, value: _fits(
        job["jobDefinition"].rpartition("/")[2].partition(":")[0], value
    ),
    "BEFORE_CREATED_AT": lambda job, value: job["createdAt"] < int(value),
    "AFTER_CREATED_AT": lambda job, value: job["createdAt"] > int(value),
}


def _passes(job: Document, filters: list[Document]) -> bool:
    for given in filters:
        test = _FILTERS.get(given["name"])
        if test is None:
            raise refusal("ClientException", f"{given['name']} is not a filter of ListJobs.")
        if not any(test(job, value) for value in given["values"]):
            return False
    return True


def _summary(job: Document) -> Document:
    summary = {name: job[name] for name in _SUMMARY if name in job}
    container = {
        name: job["container"][name] for name in ("exitCode", "reason") if name in job["container"]
    }
    return summary | ({"container": container} if container else {})
