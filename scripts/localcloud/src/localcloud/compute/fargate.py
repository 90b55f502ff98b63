"""The sizes that Fargate offers, to ECS tasks and to Batch jobs alike.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
"""

from collections.abc import Container

CPU_UNITS = 1_024

# Memory in MiB by CPU units.
_MEMORY: dict[float, Container[float]] = {
    256: (512, 1_024, 2_048),
    512: range(1_024, 4_096 + 1, 1_024),
    1_024: range(2_048, 8_192 + 1, 1_024),
    2_048: range(4_096, 16_384 + 1, 1_024),
    4_096: range(8_192, 30_720 + 1, 1_024),
    8_192: range(16_384, 61_440 + 1, 4_096),
    16_384: range(32_768, 122_880 + 1, 8_192),
}


def offers(cpu_units: float, memory_mib: float) -> bool:
    """Return whether Fargate runs containers of this size."""
    return memory_mib in _MEMORY.get(cpu_units, ())
