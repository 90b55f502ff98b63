"""The hyperparameters that a training takes, as Terraform's `training.hyperparameters` declares them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Hyperparameter:
    """A hyperparameter: its type and, for numbers, the minimum and the maximum."""

    type: str
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read Terraform's object: `type` is integer, number or text; `min` and `max` may be null."""
        return cls(type=document["type"], minimum=document.get("min"), maximum=document.get("max"))

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value, or None."""
        if self.type == "text":
            return None if isinstance(value, str) else self._refused(value, "text")
        kinds = int if self.type == "integer" else (int, float)
        # A bool is an int in Python, but not a number here.
        if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
            return self._refused(value, "a whole number" if self.type == "integer" else "a number")
        if self.minimum is not None and value < self.minimum:
            return self._refused(value, f"at least {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            return self._refused(value, f"at most {self.maximum:g}")
        return None

    def _refused(self, value: Any, wanted: str) -> str:
        return f"{value!r:.100}; it must be {wanted}"
