"""Prepare: plans a sweep's trainings, or reports everything wrong with it before any job starts."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sweep.schema import Hyperparameter


class InvalidInput(Exception):
    """The execution's input is not a valid sweep; the message names every problem."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What Terraform allows in sweeps: the hyperparameters, how many trainings, and where in S3."""

    hyperparameters: Mapping[str, Hyperparameter]
    max_trainings: int
    s3_uri: str

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the settings that the state machine passes on."""
        given = document["hyperparameters"]
        return cls(
            hyperparameters={name: Hyperparameter.from_json(item) for name, item in given.items()},
            max_trainings=document["max_trainings"],
            s3_uri=document["s3_uri"].rstrip("/"),
        )


def plan(document: Any, execution: str, limits: Limits) -> Mapping[str, Any]:
    """Return the trainings of `{"sweep": {name: [value, ...]}}`: every combination of the values.

    Each has its own prefix in S3, which retries of the same execution share.
    """
    axes = _axes(document, limits)
    base = f"{limits.s3_uri}/{execution}"
    combinations = itertools.product(*axes.values())
    trainings = [
        {
            "number": number,
            "hyperparameters": dict(zip(axes, values, strict=True)),
            "checkpoint_s3_uri": f"{base}/{number:03d}/checkpoints/",
            "output_s3_uri": f"{base}/{number:03d}/",
        }
        for number, values in enumerate(combinations, 1)
    ]
    return {"sweep_s3_uri": f"{base}/", "trainings": trainings}


def _axes(document: Any, limits: Limits) -> Mapping[str, Sequence[Any]]:
    if not isinstance(document, Mapping) or set(document) != {"sweep"}:
        found = ", ".join(document) if isinstance(document, Mapping) else type(document).__name__
        raise InvalidInput(f'input: {found or "empty"}; it must be {{"sweep": {{NAME: [VALUE, ...]}}}}')
    sweep = document["sweep"]
    if not isinstance(sweep, Mapping) or not sweep:
        raise InvalidInput("sweep: empty or not an object; it must map hyperparameters to lists of values")
    problems = [problem for name, values in sweep.items() for problem in _problems(name, values, limits)]
    if problems:
        raise InvalidInput("; ".join(problems))
    # Counted before they are created: a sweep may be too large for any memory.
    count = math.prod(len(values) for values in sweep.values())
    if count > limits.max_trainings:
        raise InvalidInput(f"sweep: {count} trainings; at most {limits.max_trainings} are allowed")
    return sweep


def _problems(name: str, values: Any, limits: Limits) -> list[str]:
    known = limits.hyperparameters.get(name)
    if known is None:
        return [f"sweep.{name}: unknown; allowed are {', '.join(limits.hyperparameters)}"]
    if not isinstance(values, Sequence) or isinstance(values, str) or not values:
        return [f"sweep.{name}: {values!r:.100}; it must be a list of at least one value"]
    if len(values) > limits.max_trainings:
        return [f"sweep.{name}: {len(values)} values; at most {limits.max_trainings} are allowed"]
    found = [
        f"sweep.{name}[{index}]: {problem}"
        for index, value in enumerate(values)
        if (problem := known.problem(value)) is not None
    ]
    if not found and len(set(values)) < len(values):
        found.append(f"sweep.{name}: a value appears twice")
    return found
