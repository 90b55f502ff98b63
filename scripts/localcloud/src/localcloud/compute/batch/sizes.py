"""The size of a job on Fargate: refused if Fargate has none such."""

from collections.abc import Sequence

from localcloud.compute import fargate
from localcloud.compute.batch.specification import requirements
from localcloud.compute.cloud import Document


def problem(containers: Sequence[Document]) -> str | None:
    """Return what is wrong with a Fargate job's size, its containers' sum; None if nothing is."""
    sizes = [requirements(container) for container in containers]
    for container, size in zip(containers, sizes, strict=True):
        for name in ("vcpus", "memory"):
            if container.get(name):
                return f"{name} is not applicable for Fargate. Use resource requirements instead."
        for name, shown in (("VCPU", "vCPU"), ("MEMORY", "Memory")):
            if name not in size:
                return f"{shown} is not provided."
    vcpus, memory = (sum(float(size[name]) for size in sizes) for name in ("VCPU", "MEMORY"))
    if fargate.offers(vcpus * fargate.CPU_UNITS, memory):
        return None
    return f"Fargate resource requirements ({vcpus:.2f} vCPU, {memory:.0f} MiB) not valid."
