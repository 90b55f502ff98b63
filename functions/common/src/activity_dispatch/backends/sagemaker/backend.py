"""Backend `sagemaker`: a job is one SageMaker training job, which knows nothing about tasks.

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
from activity_dispatch.backends.job_names import job_name
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.backends.sagemaker.events import diagnose, diagnose_job
from activity_dispatch.backends.sagemaker.request import TrainingOverrides, training_request
from activity_dispatch.domain.jobs import Diagnosis, JobId, LogLocation, is_under_way
from activity_dispatch.domain.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sagemaker import SageMakerClient

# SageMaker's log group for all training jobs.
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
# SageMaker describes jobs one by one.
_THREADS = 8
_NAME_TAKEN = "ResourceInUse"
# SageMaker's errors for a job that does not exist, and for stopping one that has ended.
_REFUSED = ("ValidationException", "ResourceNotFound")


def create(config: Mapping[str, Any], clients: Clients) -> "SageMakerBackend":
    """Create the backend from module backend-sagemaker's configuration. Raises InvalidBackendConfig."""
    template = config.get("request")
    if not isinstance(template, dict) or "AlgorithmSpecification" not in template:
        # SageMaker checks the rest of the request.
        message = f"request: {template!r:.200}; it must be a CreateTrainingJob request"
        raise InvalidBackendConfig(message)
    return SageMakerBackend(
        client=clients.sagemaker,
        logs=clients.logs,
        template=template,
        checkpoint_s3_uri=configured.string(config, "checkpoint_s3_uri"),
    )


@dataclass(frozen=True, kw_only=True)
class SageMakerBackend:
    """Starts training jobs named after their tasks; the name is the job's id.

    `template` is the CreateTrainingJob request without a task's additions. A task whose input names no
    place for its checkpoints keeps them under `checkpoint_s3_uri`, in a folder named after its id.
    """

    client: "SageMakerClient"
    logs: "CloudWatchLogsClient"
    template: Mapping[str, Any]
    checkpoint_s3_uri: str
    describes_jobs = True
    max_job_seconds = None

    def start(self, task: Task) -> JobId:
        """Create the job; names are unique, so an existing job with that name is the task's."""
        name = job_name(task.start_id)
        wanted = TrainingOverrides.from_task(
            task, default_checkpoints=f"{self.checkpoint_s3_uri}/{task.task_id}/"
        )
        with refusing("CreateTrainingJob"):
            try:
                self.client.create_training_job(**training_request(self.template, name, wanted))
            except ClientError as error:
                if error_code(error) != _NAME_TAKEN:
                    raise
        return JobId(name)

    def find(self, start_id: str) -> JobId | None:
        """Return the job with the attempt's name, None if there is none."""
        job = JobId(job_name(start_id))
        return job if job in self.describe([job]) else None

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe jobs, 8 at a time; SageMaker keeps ended jobs indefinitely."""
        with ThreadPoolExecutor(_THREADS, "describe") as pool:
            found = [diagnosis for diagnosis in pool.map(self._describe, jobs) if diagnosis is not None]
        return {diagnosis.job_id: diagnosis for diagnosis in found}

    def stop(self, job: JobId, reason: str) -> None:
        """Stop the job: SIGTERM, then SIGKILL after 120 s. SageMaker does not record a reason."""
        if not is_under_way(self._describe(job)):
            return
        try:
            self.client.stop_training_job(TrainingJobName=job)
        except ClientError as error:
            if error_code(error) not in _REFUSED or is_under_way(self._describe(job)):
                raise

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the log stream of the first instance's last start, None if no container ran."""
        prefix = f"{diagnosis.job_id}/algo-1-"
        try:
            found = self.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=prefix)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            return None
        # Stream names end with the start time.
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
