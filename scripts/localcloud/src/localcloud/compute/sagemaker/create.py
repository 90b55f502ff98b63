"""CreateTrainingJob."""

from typing import Any

from localcloud.compute.cloud import Document, RoleError, place_of
from localcloud.compute.control_plane import refusal
from localcloud.compute.sagemaker import run
from localcloud.compute.sagemaker.folders import CHECKPOINTS
from localcloud.compute.sagemaker.jobs import JOBS, TrainingJob
from localcloud.compute.sagemaker.validation import validate


def create_training_job(context: Any, request: Document) -> Document:
    """Start a job, or raise SageMaker's error."""
    validate("sagemaker", "CreateTrainingJob", request)
    _check_stopping_condition(request)
    _check_support(request)
    job = TrainingJob(place_of(context), request)
    try:
        job.container_environment()
    except RoleError as error:
        raise _invalid(
            f"Could not assume role {job.role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        ) from error
    if not JOBS.add(job):
        raise refusal(
            "ResourceInUse",
            "Training job names must be unique within an AWS account and region, and a training "
            f"job with this name already exists ({job.arn})",
        )
    run.start(job)
    return {"TrainingJobArn": job.arn}


def _check_stopping_condition(request: Document) -> None:
    condition = request.get("StoppingCondition")
    if not condition:
        raise _invalid("StoppingCondition is required")
    wait, runtime = (
        condition.get("MaxWaitTimeInSeconds"),
        condition.get("MaxRuntimeInSeconds", 86_400),
    )
    if request.get("EnableManagedSpotTraining"):
        if wait is None or wait < runtime:
            raise _invalid(
                "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
                "MaxRuntimeInSeconds"
            )
    elif wait is not None:
        raise _invalid(
            "MaxWaitTimeInSeconds can only be specified when EnableManagedSpotTraining is true"
        )


def _check_support(request: Document) -> None:
    """Refuse what this cloud does not support, rather than run something else."""
    resources = request.get("ResourceConfig") or {}
    algorithm = request.get("AlgorithmSpecification") or {}
    checkpoints = request.get("CheckpointConfig") or {}
    if not algorithm.get("TrainingImage"):
        raise _invalid("The local cloud supports only jobs with a TrainingImage")
    if algorithm["TrainingInputMode"] != "File":
        raise _invalid("The local cloud supports only the TrainingInputMode File")
    if resources.get("InstanceCount") != 1 or not resources.get("InstanceType"):
        raise _invalid("ResourceConfig: the local cloud supports one instance with an InstanceType")
    if checkpoints.get("LocalPath", CHECKPOINTS) != CHECKPOINTS:
        raise _invalid(f"The local cloud supports only the LocalPath {CHECKPOINTS}")
    if request["OutputDataConfig"].get("CompressionType", "GZIP") != "GZIP":
        raise _invalid("The local cloud supports only the CompressionType GZIP")
    for channel in request.get("InputDataConfig") or []:
        source = channel["DataSource"].get("S3DataSource") or {}
        if (
            source.get("S3DataType") != "S3Prefix"
            or channel.get("CompressionType", "None") != "None"
        ):
            raise _invalid(
                "The local cloud supports only uncompressed channels of the S3DataType S3Prefix"
            )


def _invalid(message: str) -> Exception:
    error: Exception = refusal("ValidationException", message)
    return error
