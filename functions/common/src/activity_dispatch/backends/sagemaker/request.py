"""What a task's input sets about its training job, and the resulting CreateTrainingJob request."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activity_dispatch.backends.container_overrides import (
    environment_of,
    refuse_unknown,
    trace_of,
    whole_number,
)
from activity_dispatch.domain.inputs import parsed
from activity_dispatch.domain.job_variables import label, problem_of_text, shown
from activity_dispatch.domain.tasks import InvalidInput, Task

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
MAX_HYPERPARAMETERS = 100
MAX_HYPERPARAMETER_CHARACTERS = 2_500
MAX_HYPERPARAMETER_NAME_CHARACTERS = 256
MAX_VARIABLES = 100
MAX_VARIABLE_CHARACTERS = 512
MAX_CHANNELS = 20
# 28 days: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
MAX_RUNTIME_SECONDS = 2_419_200
_URI = re.compile(r"s3://[^/\x00-\x20\x7f]+(/[^\x00-\x1f\x7f-\x9f\u2028\u2029]*)?")
_CHANNEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9.-]{1,60}")
# SageMaker matches names and values with the pattern `.*`, which ends at the end of a line.
_LINE_ENDS = re.compile("[\n\r\x85\u2028\u2029]")
# SageMaker's containers read these: sagemaker_program and sagemaker_submit_directory name the code to run.
# https://github.com/aws/sagemaker-training-toolkit
_CODE = "sagemaker"
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
    tags: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    timeout_seconds: int | None = None

    @classmethod
    def from_task(cls, task: Task, *, default_checkpoints: str) -> "TrainingOverrides":
        """Parse the task's input and overrides. Raises InvalidInput, which names the invalid field."""
        document = parsed(task.input)
        if not isinstance(document, dict):
            raise InvalidInput(f"input: {type(document).__name__}; it must be an object")
        refuse_unknown(task.overrides, _JOB_KEYS)
        return cls(
            task_id=task.task_id,
            hyperparameters=_hyperparameters(document.get("hyperparameters", {})),
            checkpoint_s3_uri=_uri(document, "checkpoint_s3_uri") or default_checkpoints,
            output_s3_uri=_uri(document, "output_s3_uri"),
            input_s3_uris=_channels(document.get("input_s3_uris", {})),
            environment={**trace_of(task), **_environment(task.overrides)},
            tags=task.tags,
            resources=_resources(task.overrides),
            timeout_seconds=whole_number(task.overrides, "timeout_seconds", most=MAX_RUNTIME_SECONDS),
        )


def training_request(template: Mapping[str, Any], name: str, overrides: TrainingOverrides) -> dict[str, Any]:
    """Return the CreateTrainingJob request: the template with the task's overrides. Raises InvalidInput."""
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
    tags = {item["Key"]: item["Value"] for item in template.get("Tags", [])} | {**overrides.tags}
    if tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    channels = {item["ChannelName"]: item for item in template.get("InputDataConfig", [])}
    channels |= {channel: _channel(channel, uri) for channel, uri in overrides.input_s3_uris.items()}
    if channels:
        request["InputDataConfig"] = list(channels.values())
    _check_number("hyperparameters", request["HyperParameters"], MAX_HYPERPARAMETERS)
    _check_number("job.environment", request["Environment"], MAX_VARIABLES)
    _check_number("input_s3_uris", channels, MAX_CHANNELS)
    return request


def _check_number(field: str, items: Mapping[str, Any], limit: int) -> None:
    if len(items) > limit:
        raise InvalidInput(f"{field}: {len(items)}, with those of the activity; allowed are up to {limit}")


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
    for name in value:
        _check_hyperparameter_name(name)
    # SageMaker accepts only strings: any other value becomes JSON text.
    strings = {name: item if isinstance(item, str) else json.dumps(item) for name, item in value.items()}
    _check_lengths("hyperparameters", strings, MAX_HYPERPARAMETER_CHARACTERS)
    for name, string in strings.items():
        problem = _problem_of_line(string)
        if problem is not None:
            raise InvalidInput(f"hyperparameters.{label(name)}: {shown(string)}; {problem}")
    return strings


def _check_hyperparameter_name(name: str) -> None:
    problem = _problem_of_line(name)
    if not 0 < len(name) <= MAX_HYPERPARAMETER_NAME_CHARACTERS:
        problem = f"{len(name)} characters; allowed are 1 to {MAX_HYPERPARAMETER_NAME_CHARACTERS}"
    elif name.strip().lower().startswith(_CODE):
        problem = f"reserved; names beginning with {_CODE} choose the code, and only Terraform may set them"
    if problem is not None:
        raise InvalidInput(f"hyperparameters.{label(name)}: {problem}")


def _problem_of_line(text: str) -> str | None:
    return "it has an end of line" if _LINE_ENDS.search(text) else problem_of_text(text)


def _check_lengths(field: str, strings: Mapping[str, str], limit: int) -> None:
    for name, string in strings.items():
        if len(string) > limit:
            raise InvalidInput(f"{field}.{label(name)}: {len(string)} characters; allowed are up to {limit}")


def _channels(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidInput(f"input_s3_uris: {type(value).__name__}; it must be an object of URIs by channel")
    for name in value:
        if _CHANNEL.fullmatch(name) is None:
            allowed = "allowed are 1 to 64 letters of ASCII, digits, ., _ and -"
            raise InvalidInput(f"input_s3_uris.{label(name)}: not a channel's name; {allowed}")
    return {name: _uri(value, name, "input_s3_uris.") or "" for name in value}


def _uri(document: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value = document.get(name)
    if value is None and name not in document:
        return None
    if not _is_uri(value):
        wanted = "it must be an S3 URI of up to 1,024 characters"
        raise InvalidInput(f"{prefix}{name}: {shown(value)}; {wanted}")
    return str(value)


def _is_uri(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 1_024 or _URI.fullmatch(value) is None:
        return False
    return problem_of_text(value) is None


def _environment(job: Mapping[str, Any]) -> Mapping[str, str]:
    variables = environment_of(job.get("environment", {}))
    _check_lengths("job.environment", {name: name for name in variables}, MAX_VARIABLE_CHARACTERS)
    _check_lengths("job.environment", variables, MAX_VARIABLE_CHARACTERS)
    return variables


def _resources(job: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = job.get("instance_type")
    if kind is not None and (not isinstance(kind, str) or _INSTANCE_TYPE.fullmatch(kind) is None):
        raise InvalidInput(f"job.instance_type: {shown(kind)}; it must be a SageMaker type, ml.NAME")
    resources = {
        "InstanceType": kind,
        "InstanceCount": whole_number(job, "instance_count"),
        "VolumeSizeInGB": whole_number(job, "volume_gb"),
    }
    return {name: value for name, value in resources.items() if value is not None}
