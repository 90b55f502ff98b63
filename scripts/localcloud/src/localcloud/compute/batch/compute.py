"""The vCPUs of a queue's compute environments: jobs wait for theirs in RUNNABLE."""

import threading

from localcloud.compute.capacity import Capacity
from localcloud.compute.cloud import Document, Place

_capacities: dict[tuple[str, ...], Capacity] = {}
_lock = threading.Lock()


def vcpus_of(place: Place, queue: Document) -> Capacity:
    """Return a queue's capacity, which queues with the same environments share."""
    names = tuple(sorted(item["computeEnvironment"] for item in queue["computeEnvironmentOrder"]))
    with _lock:
        if names not in _capacities:
            _capacities[names] = Capacity(lambda: _limit(place, names))
        return _capacities[names]


def environments(place: Place, names: tuple[str, ...]) -> list[Document]:
    """Return the compute environments with these ARNs, except deleted ones."""
    answer = place.client("batch").describe_compute_environments(computeEnvironments=list(names))
    found: list[Document] = answer["computeEnvironments"]
    return found


def _limit(place: Place, names: tuple[str, ...]) -> float:
    return sum(
        float((item.get("computeResources") or {}).get("maxvCpus", 0))
        for item in environments(place, names)
        if item["state"] == "ENABLED"
    )
