"""What is known to be wrong in the second cloud, and whether a test has seen it in this run."""

from collections.abc import Mapping
from typing import Any

from operations.local import allowances


class Faults:
    """The list [[fault]] of scripts/second-cloud/known.toml."""

    def __init__(self) -> None:
        self.listed: Mapping[str, Any] = {entry["name"]: entry for entry in allowances.known()["fault"]}
        self.seen: set[str] = set()

    def occurs(self, name: str, *, proof: bool) -> None:
        """Fail unless the fault is listed and `proof` shows that it is still there."""
        entry = self.listed[name]
        self.seen.add(name)
        assert proof, f"{name} no longer occurs: remove it from {allowances.KNOWN.name}. It was: {entry}"
