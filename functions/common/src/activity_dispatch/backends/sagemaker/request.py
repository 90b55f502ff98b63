"""What a task's input sets about its training job, and the resulting CreateTrainingJob request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.backends.container_overrides import ContainerOverrides, refuse_unknown
from activity_dispatch.domain.tasks import InvalidInput, Task

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
MAX_HYPERPARAMETERS = 100
MAX_HYPERPARAMETER_CHARACTERS = 2_500
MAX_VARIABLE_CHARACTERS = 512
# What `job` may set here.
_JOB_KEYS = ("environment", "instance_type", "instance_count", "volume_gb", "timeout_seconds")


@dataclass(frozen=True, kw_only=True)
class TrainingOverrides:
    """What a task's input sets: docs/contract.md, "A training job of SageMaker".

    `resources` has the changed fields of ResourceConfig; `timeout_seconds` None: the template's limit.
    """

    task_id: str
    hyperparameters: Mapping[str, str]
    checkpoint_s3_uri: str
    output_s3_uri: str | None = None
    input_s3_uris: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    timeout_seconds: int | None = None

    @classmethod
    def from_task(cls, task: Task, *, default_checkpoints: str) -> "TrainingOverrides":
        """Parse the task's input and overrides. Raises InvalidInput, which names the invalid field."""
        document = json.loads(task.input)
        if not isinstance(document, dict):
            raise InvalidInput(f"input: {type(document).__name__}; it must be an object")
        refuse_unknown(task.overrides, _JOB_KEYS)
        return cls(
            task_id=task.task_id,
            hyperparameters=_hyperparameters(document.get("hyperparameters", {})),
            checkpoint_s3_uri=_uri(document, "checkpoint_s3_uri") or default_checkpoints,
            output_s3_uri=_uri(document, "output_s3_uri"),
            input_s3_uris=_channels(document.get("input_s3_uris", {})),
            environment=_environment(task.overrides),
            resources=_resources(task.overrides),
            timeout_seconds=_whole_number(task.overrides, "timeout_seconds"),
        )


def training_request(template: Mapping[str, Any], name: str, overrides: TrainingOverrides) -> dict[str, Any]:
    """Return the CreateTrainingJob request: the template with the task's overrides."""
    request = {
        **template,
        "TrainingJobName": name,
        "HyperParameters": {**template.get("HyperParameters", {}), **overrides.hyperparameters},
        "Environment": {
            **template.get("Environment", {}),
            **overrides.environment,
            "TASK_ID": overrides.task_id,
        },
        "ResourceConfig": {**template["ResourceConfig"], **overrides.resources},
        "StoppingCondition": _stopping(template["StoppingCondition"], overrides.timeout_seconds),
        "CheckpointConfig": {"S3Uri": overrides.checkpoint_s3_uri},
    }
    if overrides.output_s3_uri is not None:
        request["OutputDataConfig"] = {
            **template["OutputDataConfig"],
            "S3OutputPath": overrides.output_s3_uri,
        }
    channels = {item["ChannelName"]: item for item in template.get("InputDataConfig", [])}
    channels |= {channel: _channel(channel, uri) for channel, uri in overrides.input_s3_uris.items()}
    if channels:
        request["InputDataConfig"] = list(channels.values())
    return request


def _stopping(template: Mapping[str, Any], seconds: int | None) -> Mapping[str, Any]:
    if seconds is None:
        return template
    # SageMaker refuses a maximum wait that is shorter than the maximum run time.
    max_wait = template.get("MaxWaitTimeInSeconds")
    wait = {} if max_wait is None else {"MaxWaitTimeInSeconds": max(seconds, max_wait)}
    return {**template, "MaxRuntimeInSeconds": seconds, **wait}


def _channel(name: str, uri: str) -> Mapping[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated", "S3Uri": uri}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _hyperparameters(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidInput(f"hyperparameters: {type(value).__name__}; it must be an object")
    if len(value) > MAX_HYPERPARAMETERS:
        raise InvalidInput(f"hyperparameters: {len(value)}; allowed are up to {MAX_HYPERPARAMETERS}")
    # SageMaker accepts only strings: any other value becomes JSON text.
    strings = {name: item if isinstance(item, str) else json.dumps(item) for name, item in value.items()}
    _check_lengths("hyperparameters", strings, MAX_HYPERPARAMETER_CHARACTERS)
    return strings


def _check_lengths(field: str, strings: Mapping[str, str], limit: int) -> None:
    for name, string in strings.items():
        if len(string) > limit:
            raise InvalidInput(f"{field}.{name}: {len(string)} characters; allowed are up to {limit}")


def _channels(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidInput(f"input_s3_uris: {type(value).__name__}; it must be an object of URIs by channel")
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
    _check_lengths("job.environment", variables, MAX_VARIABLE_CHARACTERS)
    return variables


def _resources(job: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = job.get("instance_type")
    if kind is not None and (not isinstance(kind, str) or not kind.startswith("ml.")):
        raise InvalidInput(f"job.instance_type: {kind!r:.200}; it must be a SageMaker type, ml.NAME")
    resources = {
        "InstanceType": kind,
        "InstanceCount": _whole_number(job, "instance_count"),
        "VolumeSizeInGB": _whole_number(job, "volume_gb"),
    }
    return {name: value for name, value in resources.items() if value is not None}


def _whole_number(job: Mapping[str, Any], name: str) -> int | None:
    value = job.get(name)
    if value is None:
        return None
    # In Python, bool is a subclass of int.
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise InvalidInput(f"job.{name}: {value!r:.200}; it must be a whole number over 0")
    return value
