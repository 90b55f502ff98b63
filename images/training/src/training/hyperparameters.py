"""The hyperparameters: checked strictly, all problems reported together."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class InvalidHyperparameters(Exception):
    """The hyperparameters are invalid; the message names each problem."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """The values a hyperparameter may have: whole numbers or any, ends included; with `above`, not `low`."""

    whole: bool
    low: float
    high: float
    above: bool = False

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value, or None."""
        kinds = (int,) if self.whole else (int, float)
        # A bool is an int in Python, but not a number here.
        good = isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value)
        if good and self.low <= value <= self.high and not (self.above and value == self.low):
            return None
        noun = "a whole number" if self.whole else "a number"
        start = f"above {self.low:g}" if self.above else f"from {self.low:g}"
        return f"{value!r:.100}; it must be {noun} {start} to {self.high:g}"


RANGES: Mapping[str, Range] = {
    "learning_rate": Range(whole=False, low=0, high=10, above=True),
    "epochs": Range(whole=True, low=1, high=1_000),
    "batch_size": Range(whole=True, low=1, high=1_024),
    "channels": Range(whole=True, low=1, high=256),
    "dropout": Range(whole=False, low=0, high=0.9),
    "momentum": Range(whole=False, low=0, high=0.999),
    "seed": Range(whole=True, low=0, high=1_000_000),
}


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The hyperparameters of one training. `channels` is the width of the first convolution."""

    learning_rate: float = 0.05
    epochs: int = 10
    batch_size: int = 32
    channels: int = 16
    dropout: float = 0.25
    momentum: float = 0.9
    seed: int = 0

    @classmethod
    def from_json(cls, given: Any) -> "Hyperparameters":
        """Read an object; what it omits has its default. Raises InvalidHyperparameters."""
        if not isinstance(given, Mapping):
            raise InvalidHyperparameters(
                f"hyperparameters: {type(given).__name__}; it must be an object of numbers"
            )
        known = [field.name for field in fields(cls)]
        problems = [f"{name}: unknown; allowed are {', '.join(known)}" for name in given if name not in known]
        for name, allowed in RANGES.items():
            if name in given and (problem := allowed.problem(given[name])) is not None:
                problems.append(f"{name}: {problem}")
        if problems:
            raise InvalidHyperparameters("; ".join(problems))
        return cls(**given)

    @classmethod
    def from_texts(cls, given: Mapping[str, str]) -> "Hyperparameters":
        """Read SageMaker's, whose values are all strings. Raises InvalidHyperparameters."""
        return cls.from_json({name: _number(value) for name, value in given.items()})


def _number(text: Any) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except (TypeError, ValueError):
            continue
    return text
