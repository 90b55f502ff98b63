"""Which fields of a task or job its event shows: those of the schemas that AWS publishes.

They are fewer than the service describes. The schemas are in tests/schemas/events; a test compares.
"""

from collections.abc import Mapping
from typing import Any

# None: whatever is there. A list's fields are those of its items.
type Fields = Mapping[str, "Fields | None"]


def _leaves(names: str) -> dict[str, Fields | None]:
    return dict.fromkeys(names.split())


_ECS_CONTAINER = _leaves(
    "containerArn cpu exitCode gpuIds image imageDigest lastStatus memory memoryReservation name"
    " networkBindings networkInterfaces reason runtimeId taskArn"
)
_ECS: Fields = {
    **_leaves(
        "attributes availabilityZone clusterArn connectivity connectivityAt containerInstanceArn"
        " cpu createdAt desiredStatus executionStoppedAt group lastStatus launchType memory"
        " platformVersion pullStartedAt pullStoppedAt startedAt startedBy stopCode stoppedAt"
        " stoppedReason stoppingAt taskArn taskDefinitionArn updatedAt version"
    ),
    # Not their details: AWS's schema and its examples differ.
    "attachments": _leaves("id status type"),
    "containers": _ECS_CONTAINER,
    "overrides": {"containerOverrides": _leaves("command cpu environment memory name")},
}
_BATCH: Fields = {
    **_leaves(
        "createdAt dependsOn jobDefinition jobId jobName jobQueue parameters startedAt status"
        " statusReason stoppedAt"
    ),
    "attempts": {
        **_leaves("startedAt statusReason stoppedAt"),
        "container": _leaves(
            "containerInstanceArn exitCode logStreamName networkInterfaces taskArn"
        ),
    },
    "container": _leaves(
        "command containerInstanceArn environment exitCode image logStreamName memory mountPoints"
        " networkInterfaces resourceRequirements taskArn ulimits vcpus volumes"
    ),
    "retryStrategy": _leaves("attempts"),
}
_TRAINING: Fields = {
    **_leaves(
        "CreationTime HyperParameters LastModifiedTime ModelArtifacts RoleArn SecondaryStatus Tags"
        " TrainingEndTime TrainingJobArn TrainingJobName TrainingJobStatus TrainingStartTime"
    ),
    "AlgorithmSpecification": _leaves("TrainingImage TrainingInputMode"),
    "InputDataConfig": {
        **_leaves("ChannelName CompressionType ContentType RecordWrapperType"),
        "DataSource": {"S3DataSource": _leaves("S3DataDistributionType S3DataType S3Uri")},
    },
    "OutputDataConfig": _leaves("S3OutputPath"),
    "ResourceConfig": _leaves("InstanceCount InstanceType VolumeSizeInGB"),
    "SecondaryStatusTransitions": _leaves("StartTime Status StatusMessage"),
    "StoppingCondition": _leaves("MaxRuntimeInSeconds"),
}
FIELDS: Mapping[str, Fields] = {
    "Batch Job State Change": _BATCH,
    "ECS Task State Change": _ECS,
    "SageMaker Training Job State Change": _TRAINING,
}


def shown(fields: Fields | None, value: Any) -> Any:
    """Return what an event shows of a description."""
    if fields is None:
        return value
    if isinstance(value, list):
        return [shown(fields, item) for item in value]
    return {name: shown(fields[name], value[name]) for name in fields if name in value}
