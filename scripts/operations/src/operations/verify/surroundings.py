"""What verify takes from a deployed environment: its name, its services, its training image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from activity_dispatch.domain.activities import Activity
    from operations.outputs import Outputs

# The smallest that trains; new accounts may use it. The image's shell is all that runs.
INSTANCE_TYPE = "ml.m5.large"
LOCAL_IMAGE = "busybox:verify"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """An environment as terraform/verify needs it. `account_id`: None on a local cloud."""

    name: str
    region: str
    account_id: str | None
    data_bucket: str
    permissions_boundary_arn: str | None
    training_image: str | None
    training_instance_type: str
    watched: Mapping[str, list[str]]

    def variables(self, name: str, package: str) -> dict[str, Any]:
        """Return the variables of terraform/verify for a run of this name."""
        return {
            "name": name,
            "region": self.region,
            "account_id": self.account_id,
            "data_bucket": self.data_bucket,
            "permissions_boundary_arn": self.permissions_boundary_arn,
            "job_package": package,
            "training": self._training(),
            "watched": dict(self.watched),
        }

    def _training(self) -> dict[str, Any] | None:
        if self.training_image is None:
            return None
        arns = [] if self.account_id is None else [repository_arn(self.training_image, self.region)]
        return {"image": self.training_image, "repository_arns": arns, "instance_type": INSTANCE_TYPE}


def of(stack: Outputs, activities: Iterable[Activity], account_id: str | None) -> Surroundings:
    """Return what is known of an environment from its outputs and its activities' descriptions."""
    configs = [activity.config for activity in activities]
    requests = [config["request"] for config in configs if "request" in config]
    images = [request["AlgorithmSpecification"]["TrainingImage"] for request in requests]
    types = [request["ResourceConfig"]["InstanceType"] for request in requests]
    local = LOCAL_IMAGE if account_id is None else None
    return Surroundings(
        name=name_of(stack),
        region=stack.region,
        account_id=account_id,
        data_bucket=stack.data_bucket,
        permissions_boundary_arn=stack.document.get("permissions_boundary_arn"),
        training_image=next(iter(images), local),
        training_instance_type=next(iter(types), INSTANCE_TYPE),
        watched={
            "state_machine_arns": _machines(stack),
            "cluster_arns": sorted({str(one["cluster"]) for one in configs if "cluster" in one}),
            "job_queue_arns": sorted({str(one["job_queue"]) for one in configs if "job_queue" in one}),
        },
    )


def name_of(stack: Outputs) -> str:
    """Return the name that the stack's activities begin with."""
    key, arn = next(iter(stack.activities.items()))
    return arn.rpartition(":")[2].removesuffix(f"-{key}")


def repository_arn(image: str, region: str) -> str:
    """Return the ARN of the ECR repository of ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG."""
    host, _, rest = image.partition("/")
    partition = "aws-cn" if host.endswith(".cn") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"arn:{partition}:ecr:{region}:{host.partition('.')[0]}:repository/{rest.partition(':')[0]}"


def _machines(stack: Outputs) -> list[str]:
    trainings: Mapping[str, str] = stack.document.get("trainings") or {}
    return sorted({*stack.state_machines.values(), *trainings.values()})
