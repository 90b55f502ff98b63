"""Backend `batch`: a job is one AWS Batch job.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING, Any

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.errors import may_have_happened
from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends import config as configured
from activity_dispatch.backends.attempts import Attempts, is_throttled
from activity_dispatch.backends.batch.events import diagnose, diagnose_job, job_state
from activity_dispatch.backends.batch.request import JobContainer, job_container_of, overrides_of
from activity_dispatch.backends.batch.shares import share_request
from activity_dispatch.backends.batch.tags import tags_of
from activity_dispatch.backends.job_names import job_name
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation, is_under_way
from activity_dispatch.domain.tasks import InvalidInput, Task

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient

MAX_DESCRIBED = 100
MAX_REQUEST_BYTES = 30 * 1024


def create(config: Mapping[str, Any], clients: Clients) -> "BatchBackend":
    """Create the backend from module backend-batch's configuration. Raises InvalidBackendConfig."""
    return BatchBackend(
        client=clients.batch,
        client_once=clients.batch_once,
        job_queue=configured.string(config, "job_queue"),
        job_definition=configured.string(config, "job_definition"),
        log_group=configured.string(config, "log_group"),
        tags=tags_of(config),
        container=job_container_of(config),
        is_fair_share=config.get("fair_share") is True,
    )


@dataclass(frozen=True, kw_only=True)
class BatchBackend:
    """Submits one job definition to one queue; the job's name contains the task's id.

    `client_once` submits, without retries: repeating a SubmitJob whose response was lost would create a
    second job. `container` is None if the definition has no sidecars. `is_fair_share`: the queue has a
    scheduling policy, and wants to know whose job it is.
    """

    client: "BatchClient"
    client_once: "BatchClient"
    job_queue: str
    job_definition: str
    log_group: str
    tags: Mapping[str, str] = field(default_factory=dict)
    container: JobContainer | None = None
    is_fair_share: bool = False
    describes_jobs = True
    max_job_seconds = None
    retrying: Retrying = field(default_factory=Retrying)

    def start(self, task: Task) -> JobId:
        """Submit the job unless one with its name exists.

        Batch has no client token, and its list of jobs may lag behind: if a repeated start slips through,
        the worker's claim on the task lets only one job process it.
        """
        request = self._request(task)
        # A look-up that fails has started nothing.
        with refusing("ListJobs", may_run=lambda _: False):
            found = self.find(task.start_id)
        with refusing("SubmitJob", may_run=lambda error: may_have_happened(error, tried_once=True)):
            return found or self._submit(request)

    def find(self, start_id: str) -> JobId | None:
        """Return the job with the attempt's name, one under way before any other; None if there is none.

        With a filter, Batch lists the jobs of all states, the newest first.
        Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
        """
        filters: Any = [{"name": "JOB_NAME", "values": [job_name(start_id)]}]
        pages = self.client.get_paginator("list_jobs").paginate(jobQueue=self.job_queue, filters=filters)
        found = [job for page in pages for job in page["jobSummaryList"]]
        found.sort(key=lambda job: job_state(job.get("status", "")) is JobState.ENDED)
        return JobId(found[0]["jobId"]) if found else None

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe jobs, 100 per call; Batch keeps an ended job for at least 7 days."""
        name = None if self.container is None else self.container.name
        found = [
            diagnose_job(job, name)
            for chunk in batched(jobs, MAX_DESCRIBED)
            for job in self.client.describe_jobs(jobs=list(chunk))["jobs"]
        ]
        return {diagnosis.job_id: diagnosis for diagnosis in found if diagnosis is not None}

    def stop(self, job: JobId, reason: str) -> None:
        """Terminate the job, queued or running: SIGTERM, then SIGKILL after 30 s."""
        if is_under_way(self.describe([job]).get(job)):
            self.client.terminate_job(jobId=job, reason=reason)

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the stream of the job's container in the last attempt, None if no attempt had one."""
        if diagnosis.log_stream is None:
            return None
        return LogLocation(group=self.log_group, stream=diagnosis.log_stream)

    diagnose = staticmethod(diagnose)

    def _submit(self, request: Any) -> JobId:
        """Submit, retrying while Batch throttles: repeating a lost answer would submit a second job."""
        attempts = Attempts(retrying=self.retrying, again=is_throttled)
        return attempts.make(lambda: JobId(self.client_once.submit_job(**request)["jobId"]))

    def _request(self, task: Task) -> dict[str, Any]:
        request = {
            "jobName": job_name(task.start_id),
            "jobQueue": self.job_queue,
            "jobDefinition": self.job_definition,
            **overrides_of(task, self.container),
            **(share_request(task) if self.is_fair_share else {}),
            "propagateTags": True,
            **({"tags": tags} if (tags := {**self.tags, **task.tags}) else {}),
        }
        size = len(json.dumps(request))
        if size > MAX_REQUEST_BYTES:
            limit = MAX_REQUEST_BYTES
            raise InvalidInput(f"job: the request has {size} bytes; allowed are up to {limit}")
        return request
