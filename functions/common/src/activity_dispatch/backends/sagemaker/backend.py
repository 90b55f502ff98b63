"""Backend `sagemaker`: a job is one SageMaker training job, which knows nothing of tasks.

Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.errors import error_code
from activity_dispatch.backends import config as configured
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.backends.sagemaker.events import JOB_NAME_PREFIX, diagnose, diagnose_job
from activity_dispatch.backends.sagemaker.request import TrainingWish, request
from activity_dispatch.domain.jobs import Diagnosis, JobId, LogLocation, is_under_way
from activity_dispatch.domain.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sagemaker import SageMakerClient

# SageMaker's own, of all training jobs.
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
# SageMaker describes jobs one by one.
_THREADS = 8
_NAME_TAKEN = "ResourceInUse"
# What SageMaker answers about a job that is not there, and to a stop of one that has ended.
_REFUSED = ("ValidationException", "ResourceNotFound")


def create(config: Mapping[str, Any], clients: Clients) -> "SageMakerBackend":
    """Make the backend from the configuration of module backend-sagemaker."""
    template = config.get("request")
    if not isinstance(template, dict) or "AlgorithmSpecification" not in template:
        # The request itself is checked by SageMaker.
        message = f"request: {template!r:.200}; it must be a request of CreateTrainingJob"
        raise InvalidBackendConfig(message)
    return SageMakerBackend(
        client=clients.sagemaker,
        logs=clients.logs,
        template=template,
        checkpoint_s3_uri=configured.text(config, "checkpoint_s3_uri"),
    )


@dataclass(frozen=True, kw_only=True)
class SageMakerBackend:
    """Starts training jobs that are named after their tasks; the name is the job's id.

    `template` is the request of CreateTrainingJob without what a task adds; `checkpoint_s3_uri` is
    where tasks keep checkpoints that name no place of their own, each in a folder named by its id.
    """

    client: "SageMakerClient"
    logs: "CloudWatchLogsClient"
    template: Mapping[str, Any]
    checkpoint_s3_uri: str
    describes_jobs = True
    max_job_seconds = None

    def start(self, task: Task) -> JobId:
        """Create the job; a name is used once, so that a job of that name is the task's."""
        name = JOB_NAME_PREFIX + task.task_id
        wish = TrainingWish.from_task(task, default_checkpoints=f"{self.checkpoint_s3_uri}/{task.task_id}/")
        with refusing("CreateTrainingJob"):
            try:
                self.client.create_training_job(**request(self.template, name, wish))
            except ClientError as error:
                if error_code(error) != _NAME_TAKEN:
                    raise
        return JobId(name)

    def find(self, task_id: str) -> JobId | None:
        """Return the job of the task's name."""
        job = JobId(JOB_NAME_PREFIX + task_id)
        return job if job in self.describe([job]) else None

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe jobs, 8 at a time; SageMaker keeps an ended job for ever."""
        with ThreadPoolExecutor(_THREADS, "describe") as pool:
            found = [diagnosis for diagnosis in pool.map(self._describe, jobs) if diagnosis is not None]
        return {diagnosis.job_id: diagnosis for diagnosis in found}

    def stop(self, job: JobId, reason: str) -> None:
        """Stop the job: SIGTERM, and SIGKILL after 120 s. SageMaker keeps no reason."""
        if not is_under_way(self._describe(job)):
            return
        try:
            self.client.stop_training_job(TrainingJobName=job)
        except ClientError as error:
            if error_code(error) not in _REFUSED or is_under_way(self._describe(job)):
                raise

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the stream of the first instance's last start, None if no container ran."""
        prefix = f"{diagnosis.job_id}/algo-1-"
        try:
            found = self.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=prefix)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            return None
        # The names end with the time of the start.
        names = [stream.get("logStreamName", "") for stream in found["logStreams"]]
        return LogLocation(group=LOG_GROUP, stream=max(names)) if names else None

    diagnose = staticmethod(diagnose)

    def _describe(self, job: JobId) -> Diagnosis | None:
        try:
            return diagnose_job(self.client.describe_training_job(TrainingJobName=job))
        except ClientError as error:
            if error_code(error) in _REFUSED:
                return None
            raise
