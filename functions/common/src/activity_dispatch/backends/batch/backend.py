"""Backend `batch`: a job is one AWS Batch job.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.errors import ErrorKind, classify
from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends import config as configured
from activity_dispatch.backends.batch.events import diagnose, diagnose_job
from activity_dispatch.backends.container_overrides import ContainerOverrides
from activity_dispatch.backends.job_names import job_name
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.domain.jobs import Diagnosis, JobId, LogLocation, is_under_way
from activity_dispatch.domain.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient

MAX_DESCRIBED = 100


def create(config: Mapping[str, Any], clients: Clients) -> "BatchBackend":
    """Create the backend from module backend-batch's configuration. Raises InvalidBackendConfig."""
    return BatchBackend(
        client=clients.batch,
        client_once=clients.batch_once,
        job_queue=configured.string(config, "job_queue"),
        job_definition=configured.string(config, "job_definition"),
        log_group=configured.string(config, "log_group"),
    )


@dataclass(frozen=True, kw_only=True)
class BatchBackend:
    """Submits one job definition to one queue; the job's name contains the task's id.

    `client_once` submits, without retries: repeating a SubmitJob whose response was lost would create a
    second job.
    """

    client: "BatchClient"
    client_once: "BatchClient"
    job_queue: str
    job_definition: str
    log_group: str
    describes_jobs = True
    max_job_seconds = None
    retrying: Retrying = field(default_factory=Retrying)

    def start(self, task: Task) -> JobId:
        """Submit the job unless one with its name exists.

        Batch has no client token, and its list of jobs may lag behind: if a repeated start slips through,
        the worker's claim on the task lets only one job process it.
        """
        overrides = _overrides(task)
        with refusing("SubmitJob"):
            return self.find(task.task_id) or self._submit(job_name(task.task_id), overrides)

    def find(self, task_id: str) -> JobId | None:
        """Return the job with the task's name, None if there is none."""
        filters: Any = [{"name": "JOB_NAME", "values": [job_name(task_id)]}]
        pages = self.client.get_paginator("list_jobs").paginate(jobQueue=self.job_queue, filters=filters)
        found = [job["jobId"] for page in pages for job in page["jobSummaryList"]]
        return JobId(found[0]) if found else None

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe jobs, 100 per call; Batch keeps an ended job for at least 7 days."""
        found = [
            diagnose_job(job)
            for chunk in batched(jobs, MAX_DESCRIBED, strict=False)
            for job in self.client.describe_jobs(jobs=list(chunk))["jobs"]
        ]
        return {diagnosis.job_id: diagnosis for diagnosis in found if diagnosis is not None}

    def stop(self, job: JobId, reason: str) -> None:
        """Terminate the job, queued or running: SIGTERM, then SIGKILL after 30 s."""
        if is_under_way(self.describe([job]).get(job)):
            self.client.terminate_job(jobId=job, reason=reason)

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the last attempt's stream, None if no attempt had one."""
        if diagnosis.log_stream is None:
            return None
        return LogLocation(group=self.log_group, stream=diagnosis.log_stream)

    diagnose = staticmethod(diagnose)

    def _submit(self, name: str, overrides: Any) -> JobId:
        """Submit, retrying while Batch throttles: a throttled call creates no job."""
        throttled: list[ClientError] = []

        def submit() -> JobId | None:
            try:
                return self._submit_once(name, overrides)
            except ClientError as error:
                if classify(error) is not ErrorKind.THROTTLED:
                    raise
                throttled.append(error)
                return None

        job = self.retrying.call(submit, again=lambda job: job is None)
        if job is None:
            raise throttled[-1]
        return job

    def _submit_once(self, name: str, overrides: Any) -> JobId:
        response = self.client_once.submit_job(
            jobName=name,
            jobQueue=self.job_queue,
            jobDefinition=self.job_definition,
            containerOverrides=overrides,
            propagateTags=True,
        )
        return JobId(response["jobId"])


def _overrides(task: Task) -> dict[str, Any]:
    wanted = ContainerOverrides.from_job(task.overrides)
    overrides: dict[str, Any] = {"environment": wanted.variables(task.task_id)}
    if wanted.command is not None:
        overrides["command"] = list(wanted.command)
    resources = {"VCPU": wanted.cpu, "MEMORY": wanted.memory_mb, "GPU": wanted.gpu}
    requirements = [
        {"type": kind, "value": f"{value:g}" if isinstance(value, float) else str(value)}
        for kind, value in resources.items()
        if value is not None
    ]
    if requirements:
        overrides["resourceRequirements"] = requirements
    return overrides
