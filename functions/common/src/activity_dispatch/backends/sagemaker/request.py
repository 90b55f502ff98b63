"""What a task asks of a training job, and the request that comes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.backends.container_overrides import ContainerOverrides
from activity_dispatch.domain.tasks import InvalidInput, Task

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
MAX_HYPERPARAMETERS = 100
MAX_HYPERPARAMETER_CHARACTERS = 2_500
MAX_VARIABLE_CHARACTERS = 512
# What `job` may set here.
_JOB_KEYS = ("environment", "instance_type", "instance_count", "volume_gb", "timeout_seconds")


@dataclass(frozen=True, kw_only=True)
class TrainingWish:
    """What a task's input asks for: docs/contract.md, "A training job of SageMaker"."""

    task_id: str
    hyperparameters: Mapping[str, str]
    checkpoint_s3_uri: str
    output_s3_uri: str | None = None
    input_s3_uris: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    timeout_seconds: int | None = None

    @classmethod
    def from_task(cls, task: Task, *, default_checkpoints: str) -> "TrainingWish":
        """Read the task's input and overrides; InvalidInput names the field that is wrong."""
        document = json.loads(task.input)
        if not isinstance(document, dict):
            raise InvalidInput(f"input: {type(document).__name__}; it must be an object")
        unknown = sorted(set(task.overrides) - set(_JOB_KEYS))
        if unknown:
            raise InvalidInput(f"job.{unknown[0]}: this backend has {', '.join(_JOB_KEYS)}")
        return cls(
            task_id=task.task_id,
            hyperparameters=_hyperparameters(document.get("hyperparameters", {})),
            checkpoint_s3_uri=_uri(document, "checkpoint_s3_uri") or default_checkpoints,
            output_s3_uri=_uri(document, "output_s3_uri"),
            input_s3_uris=_channels(document.get("input_s3_uris", {})),
            environment=_environment(task.overrides),
            resources=_resources(task.overrides),
            timeout_seconds=_whole(task.overrides, "timeout_seconds"),
        )


def request(template: Mapping[str, Any], name: str, wish: TrainingWish) -> dict[str, Any]:
    """Return the request of CreateTrainingJob: the template with what the task asks for."""
    made = {
        **template,
        "TrainingJobName": name,
        "HyperParameters": {**template.get("HyperParameters", {}), **wish.hyperparameters},
        "Environment": {**template.get("Environment", {}), **wish.environment, "TASK_ID": wish.task_id},
        "ResourceConfig": {**template["ResourceConfig"], **wish.resources},
        "StoppingCondition": _stopping(template["StoppingCondition"], wish.timeout_seconds),
        "CheckpointConfig": {"S3Uri": wish.checkpoint_s3_uri},
    }
    if wish.output_s3_uri is not None:
        made["OutputDataConfig"] = {**template["OutputDataConfig"], "S3OutputPath": wish.output_s3_uri}
    channels = {item["ChannelName"]: item for item in template.get("InputDataConfig", [])}
    channels |= {channel: _channel(channel, uri) for channel, uri in wish.input_s3_uris.items()}
    if channels:
        made["InputDataConfig"] = list(channels.values())
    return made


def _stopping(template: Mapping[str, Any], seconds: int | None) -> Mapping[str, Any]:
    if seconds is None:
        return template
    waits = template.get("MaxWaitTimeInSeconds")
    more = {} if waits is None else {"MaxWaitTimeInSeconds": max(seconds, waits)}
    return {**template, "MaxRuntimeInSeconds": seconds, **more}


def _channel(name: str, uri: str) -> Mapping[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated", "S3Uri": uri}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _hyperparameters(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidInput(f"hyperparameters: {type(value).__name__}; it must be an object")
    if len(value) > MAX_HYPERPARAMETERS:
        raise InvalidInput(f"hyperparameters: {len(value)}; SageMaker takes {MAX_HYPERPARAMETERS}")
    # SageMaker knows texts only: what is none becomes JSON.
    texts = {name: item if isinstance(item, str) else json.dumps(item) for name, item in value.items()}
    for name, text in texts.items():
        if len(text) > MAX_HYPERPARAMETER_CHARACTERS:
            limit = MAX_HYPERPARAMETER_CHARACTERS
            raise InvalidInput(f"hyperparameters.{name}: {len(text)} characters; SageMaker takes {limit}")
    return texts


def _channels(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidInput(f"input_s3_uris: {type(value).__name__}; it must be an object, a URI by channel")
    return {name: _uri(value, name, "input_s3_uris.") or "" for name in value}


def _uri(document: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value = document.get(name)
    if value is None and name not in document:
        return None
    if not isinstance(value, str) or not value.startswith("s3://") or len(value) > 1_024:
        raise InvalidInput(f"{prefix}{name}: {value!r:.200}; it must be an S3 URI of up to 1,024 characters")
    return value


def _environment(job: Mapping[str, Any]) -> Mapping[str, str]:
    variables = ContainerOverrides.from_job({"environment": job.get("environment", {})}).environment
    for name, value in variables.items():
        if len(value) > MAX_VARIABLE_CHARACTERS:
            limit = MAX_VARIABLE_CHARACTERS
            raise InvalidInput(f"job.environment.{name}: {len(value)} characters; SageMaker takes {limit}")
    return variables


def _resources(job: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = job.get("instance_type")
    if kind is not None and (not isinstance(kind, str) or not kind.startswith("ml.")):
        raise InvalidInput(f"job.instance_type: {kind!r:.200}; it must be a type of SageMaker's, ml.NAME")
    wanted = {
        "InstanceType": kind,
        "InstanceCount": _whole(job, "instance_count"),
        "VolumeSizeInGB": _whole(job, "volume_gb"),
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _whole(job: Mapping[str, Any], name: str) -> int | None:
    value = job.get(name)
    if value is None:
        return None
    # bool is an int in Python, and not a number of anything here.
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise InvalidInput(f"job.{name}: {value!r:.200}; it must be a whole number over 0")
    return value
