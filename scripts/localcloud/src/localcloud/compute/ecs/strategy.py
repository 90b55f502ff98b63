"""Capacity provider strategies: which provider gets which of a request's tasks.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal

_FARGATE = ("FARGATE", "FARGATE_SPOT")
_MAX_PROVIDERS = 20


def is_fargate(item: Document) -> bool:
    """Return whether a strategy's item is one of the two providers of Fargate."""
    return item["capacityProvider"] in _FARGATE


def check(strategy: Sequence[Document], of_cluster: Collection[str]) -> None:
    """Raise ECS's error for the first problem of a strategy."""
    for message in _problems(strategy, of_cluster):
        raise refusal("InvalidParameterException", message)


def _problems(strategy: Sequence[Document], of_cluster: Collection[str]) -> Iterator[str]:
    if any(item["capacityProvider"] not in of_cluster for item in strategy):
        yield (
            "The specified capacity provider strategy cannot contain a capacity provider that is "
            "not associated with the cluster. Associate the capacity provider with the cluster and "
            "try again."
        )
    if len({is_fargate(item) for item in strategy}) > 1:
        yield (
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto "
            "Scaling groups and Fargate providers. Specify one or the other and try again."
        )
    if len(strategy) > _MAX_PROVIDERS:
        yield f"A capacity provider strategy can have at most {_MAX_PROVIDERS} capacity providers."
    if sum(1 for item in strategy if item.get("base")) > 1:
        yield "Only one capacity provider of a capacity provider strategy can have a base."
    if len(strategy) > 1 and not any(item.get("weight") for item in strategy):
        yield "At least one capacity provider of several must have a weight greater than zero."


def providers(strategy: Sequence[Document], count: int) -> Iterator[str]:
    """Yield the provider of each of `count` tasks: first the base, then by weight."""
    based = [item["capacityProvider"] for item in strategy for _ in range(item.get("base") or 0)]
    yield from based[:count]
    weights = {item["capacityProvider"]: item.get("weight") or 0 for item in strategy}
    if len(strategy) == 1:
        weights = dict.fromkeys(weights, 1)
    given: Counter[str] = Counter()
    for _ in range(count - len(based) if strategy else 0):
        # Ahead is who has the fewest for its weight; the heaviest begins.
        fitting = [name for name, weight in weights.items() if weight]
        chosen = min(fitting, key=lambda name: ((given[name] + 1) / weights[name], name))
        given[chosen] += 1
        yield chosen
