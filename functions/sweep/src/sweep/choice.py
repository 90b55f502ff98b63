"""Reduce: picks the best of the trainings that succeeded."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

MAX_MESSAGE_CHARACTERS = 300


class NoTrainingSucceeded(Exception):
    """There is nothing to choose from; the message says how each training failed."""


def choose(document: Mapping[str, Any], metric: str, *, highest: bool) -> Mapping[str, Any]:
    """Return a comparison of the trainings, with the number of the one that has the best metric.

    Of equal ones the first wins. Raises NoTrainingSucceeded if none has the metric.
    """
    trainings = [_compared(training, metric) for training in document["trainings"]]
    scores = {item["number"]: item["score"] for item in trainings if item["score"] is not None}
    if not scores:
        failures = "; ".join(f"training {item['number']}: {item.get('error')}" for item in trainings)
        raise NoTrainingSucceeded(f"no training reported {metric}: {failures}"[:10_000])
    sign = -1 if highest else 1
    best = min(scores, key=lambda number: (sign * scores[number], number))
    return {
        "sweep_s3_uri": document["sweep_s3_uri"],
        "metric": metric,
        "best": best,
        "trainings": trainings,
    }


def _compared(training: Mapping[str, Any], metric: str) -> Mapping[str, Any]:
    results: Sequence[Mapping[str, Any]] = training.get("results") or [{}]
    result = results[0] if isinstance(results[0], Mapping) else {}
    metrics = result.get("metrics")
    metrics = metrics if isinstance(metrics, Mapping) else {}
    score = metrics.get(metric)
    usable = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    kept = {name: training[name] for name in ("number", "hyperparameters", "checkpoint_s3_uri")}
    taken = {name: result[name] for name in ("billable_seconds", "log_url") if result.get(name) is not None}
    return {
        **kept,
        "score": score if usable else None,
        "metrics": metrics,
        "model_s3_uri": result.get("model_s3_uri"),
        **taken,
        **_failure(training.get("failure")),
    }


def _failure(failure: Any) -> Mapping[str, str]:
    """Return the error that Catch recorded, with the cause's message if the cause is one of ours."""
    if not isinstance(failure, Mapping):
        return {}
    cause = str(failure.get("Cause", ""))
    try:
        document = json.loads(cause)
    except ValueError:
        document = None
    message = str(document.get("message", cause)) if isinstance(document, Mapping) else cause
    return {"error": f"{failure.get('Error')}: {message}"[:MAX_MESSAGE_CHARACTERS]}
