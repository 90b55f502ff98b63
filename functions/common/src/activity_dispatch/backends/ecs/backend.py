"""Backend `ecs`: a job is one ECS task, on Fargate or on other capacity.

Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, count
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.errors import ErrorKind, classify, error_code
from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends import config as configured
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.ecs.events import diagnose, diagnose_task
from activity_dispatch.backends.ecs.request import capacity_of, network_of, overrides_of, tags_of
from activity_dispatch.backends.ecs_messages import name_of_failures, name_of_refusal
from activity_dispatch.backends.refusals import refusing
from activity_dispatch.domain.jobs import Diagnosis, JobId, LogLocation, is_under_way
from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.tasks import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import RunTaskResponseTypeDef

MAX_DESCRIBED = 100
MAX_REASON_CHARACTERS = 255
# More than any instance has.
MAX_GPUS = 1_000
_CONFLICT = "ConflictException"
_BAD_FILTER = ("InvalidParameterException", "ClientException")


def create(config: Mapping[str, Any], clients: Clients) -> "EcsBackend":
    """Create the backend from module backend-ecs's configuration, or 0.1.0's. Raises InvalidBackendConfig."""
    capacity = capacity_of(config)
    return EcsBackend(
        client=clients.ecs,
        cluster=configured.string(config, "cluster"),
        task_definition=configured.string(config, "task_definition"),
        container=configured.string(config, "container"),
        capacity=capacity,
        network=network_of(config, capacity),
        gpus=configured.count({"gpus": 0, **config}, "gpus", most=MAX_GPUS),
        can_exec=config.get("exec") is True,
        log_group=configured.optional_string(config, "log_group"),
        log_stream_prefix=configured.optional_string(config, "log_stream_prefix"),
    )


@dataclass(frozen=True, kw_only=True)
class EcsBackend:
    """Runs one task definition; `startedBy`, which every event shows, is the attempt's id."""

    client: "ECSClient"
    cluster: str
    task_definition: str
    container: str
    capacity: Sequence[Mapping[str, Any]]
    network: Mapping[str, Any]
    gpus: int = 0
    can_exec: bool = False
    log_group: str | None = None
    log_stream_prefix: str | None = None
    describes_jobs = True
    max_job_seconds = None
    retrying: Retrying = field(default_factory=Retrying)

    def start(self, task: Task) -> JobId:
        """Run an ECS task, once per attempt (`clientToken`); the job id is the ECS task's ARN.

        If there is no capacity (HTTP 200 with `failures`), retry for up to 12 s, unless the task falls back
        to another backend, which need not wait. Each such answer says that nothing runs, so the next
        attempt has a token of its own: AWS does not say whether a token keeps that answer. A lost answer
        ends the attempts, so that one token stands for each ECS task. A later start goes through the same
        tokens; look with `find` first, as the reconciler does.
        Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ECS_Idempotency.html
        """
        request = self._request(task)
        tokens = _tokens(task)
        placed = self.retrying.call(
            lambda: _placed(self._run_task({**request, "clientToken": next(tokens)})),
            again=lambda placed: _has_no_capacity(placed) and not task.falls_back,
        )
        if isinstance(placed, StartRefused):
            raise placed
        return placed

    def find(self, start_id: str) -> JobId | None:
        """Return the ECS task of an attempt, one that stopped in the last hour too; None without."""
        running = self.client.list_tasks(cluster=self.cluster, startedBy=start_id)["taskArns"]
        found = running or self._stopped(start_id)
        return JobId(found[0]) if found else None

    def _stopped(self, start_id: str) -> Sequence[str]:
        try:
            return self.client.list_tasks(cluster=self.cluster, startedBy=start_id, desiredStatus="STOPPED")[
                "taskArns"
            ]
        except ClientError as error:
            # ListTasks' reference allows no filter beside startedBy; in practice this one works. If it did
            # not, a stopped task would be unknown here, and its client token or its claim would protect it.
            if classify(error) is not ErrorKind.REFUSED or error_code(error) not in _BAD_FILTER:
                raise
            return []

    def describe(self, jobs: Sequence[JobId]) -> Mapping[JobId, Diagnosis]:
        """Describe ECS tasks, 100 per call; ECS forgets a stopped one after about an hour."""
        found = [
            diagnose_task(ecs_task)
            for chunk in batched(jobs, MAX_DESCRIBED)
            for ecs_task in self.client.describe_tasks(cluster=self.cluster, tasks=list(chunk))["tasks"]
        ]
        return {diagnosis.job_id: diagnosis for diagnosis in found if diagnosis is not None}

    def stop(self, job: JobId, reason: str) -> None:
        """Stop the ECS task: SIGTERM, then SIGKILL after the container's stop timeout."""
        if is_under_way(self.describe([job]).get(job)):
            self.client.stop_task(cluster=self.cluster, task=job, reason=reason[:MAX_REASON_CHARACTERS])

    def log_location(self, diagnosis: Diagnosis) -> LogLocation | None:
        """Return the awslogs stream: prefix, container, id of the ECS task."""
        if not self.log_group or not self.log_stream_prefix:
            return None
        ecs_task_id = diagnosis.job_id.rsplit("/", 1)[-1]
        return LogLocation(
            group=self.log_group, stream=f"{self.log_stream_prefix}/{self.container}/{ecs_task_id}"
        )

    diagnose = staticmethod(diagnose)

    def _request(self, task: Task) -> dict[str, Any]:
        return {
            "cluster": self.cluster,
            "taskDefinition": self.task_definition,
            "capacityProviderStrategy": self.capacity,
            "networkConfiguration": {"awsvpcConfiguration": self.network},
            "overrides": overrides_of(task, self.container, gpus=self.gpus),
            "startedBy": task.start_id,
            "propagateTags": "TASK_DEFINITION",
            **({"tags": tags_of(task)} if task.tags else {}),
            **({"enableExecuteCommand": True} if self.can_exec else {}),
        }

    def _run_task(self, request: dict[str, Any]) -> "RunTaskResponseTypeDef":
        with refusing("RunTask", name_of=name_of_refusal):
            try:
                return self.client.run_task(**request)
            except ClientError as error:
                if error_code(error) != _CONFLICT:
                    raise
                return _existing(error)


def _tokens(task: Task) -> Iterator[str]:
    """Yield a client token for each try of one attempt, different from those of all other attempts."""
    for number in count():
        yield f"{task.start_id}-{number}" if number or task.attempt > 1 else task.start_id


def _existing(error: ClientError) -> "RunTaskResponseTypeDef":
    """Return the answer that a conflict stands for: the token has started a task, by another request.

    So it is when a start is repeated after the activity's configuration has changed.
    """
    arns = error.response.get("resourceIds")
    if not isinstance(arns, list) or not arns or not isinstance(arns[0], str):
        message = f"RunTask: {error_code(error)}: {error}"
        raise StartRefused(ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, message, may_run=True) from error
    answer: Any = {"tasks": [{"taskArn": arns[0]}], "failures": []}
    return cast("RunTaskResponseTypeDef", answer)


def _placed(response: "RunTaskResponseTypeDef") -> JobId | StartRefused:
    if response["tasks"]:
        return JobId(response["tasks"][0]["taskArn"])
    name, why = name_of_failures(response["failures"])
    return StartRefused(name, f"RunTask: {why}")


def _has_no_capacity(placed: JobId | StartRefused) -> bool:
    return isinstance(placed, StartRefused) and placed.error is ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
