"""Which hyperparameters a training takes, as Terraform's `training.hyperparameters` tells it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Hyperparameter:
    """One of them: its type, and for numbers the least and the most it may be."""

    type: str
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what Terraform gives: `type` integer, number or text, `min` and `max` or null."""
        return cls(type=document["type"], minimum=document.get("min"), maximum=document.get("max"))

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value, None if nothing is."""
        if self.type == "text":
            return None if isinstance(value, str) else self._told(value, "a text")
        kinds = int if self.type == "integer" else (int, float)
        # bool is an int in Python, and no number of anything here.
        if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
            return self._told(value, "a whole number" if self.type == "integer" else "a number")
        if self.minimum is not None and value < self.minimum:
            return self._told(value, f"at least {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            return self._told(value, f"at most {self.maximum:g}")
        return None

    def _told(self, value: Any, wanted: str) -> str:
        return f"{value!r:.100}; it must be {wanted}"
