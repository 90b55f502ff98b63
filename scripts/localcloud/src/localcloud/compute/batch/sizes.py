"""The size of a job on Fargate: refused if Fargate has none such."""

from localcloud.compute import fargate
from localcloud.compute.batch.specification import requirements
from localcloud.compute.cloud import Document


def problem(container: Document) -> str | None:
    """Return what is wrong with the size of a Fargate job's container; None if nothing is."""
    for name in ("vcpus", "memory"):
        if container.get(name):
            return f"{name} is not applicable for Fargate. Use resource requirements instead."
    size = requirements(container)
    for name, shown in (("VCPU", "vCPU"), ("MEMORY", "Memory")):
        if name not in size:
            return f"{shown} is not provided."
    vcpus, memory = float(size["VCPU"]), float(size["MEMORY"])
    if fargate.offers(vcpus * fargate.CPU_UNITS, memory):
        return None
    return f"Fargate resource requirements ({vcpus:.2f} vCPU, {memory:.0f} MiB) not valid."
