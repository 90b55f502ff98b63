"""Publish: writes the winner, the comparison and the learning curves to S3, beside the trainings."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sweep.plot import Curve, learning_curves

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LOG = logging.getLogger(__name__)

# Beside a training's checkpoints, with one entry per epoch. A training without it has no curve.
HISTORY = "history.json"


def publish(comparison: Mapping[str, Any], client: "S3Client") -> Mapping[str, Any]:
    """Write comparison.json, winner.json and learning-curves.svg; return the winner and their URIs."""
    base, metric = comparison["sweep_s3_uri"], comparison["metric"]
    trainings: Sequence[Mapping[str, Any]] = comparison["trainings"]
    labels = {training["number"]: _label(training) for training in trainings}
    winner = next(item for item in trainings if item["number"] == comparison["best"])
    curves = {labels[training["number"]]: _curve(client, training, metric) for training in trainings}
    plot = learning_curves(curves, title=f"{metric} by epoch", best=labels[winner["number"]])
    documents = {
        "comparison.json": (json.dumps(comparison, indent=2), "application/json"),
        "winner.json": (json.dumps(winner, indent=2), "application/json"),
        "learning-curves.svg": (plot, "image/svg+xml"),
    }
    for name, (text, kind) in documents.items():
        bucket, key = _place(base + name)
        client.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=kind)
    return {
        "winner": winner,
        "trainings": len(trainings),
        "failed": [item["number"] for item in trainings if item["score"] is None],
        "comparison_s3_uri": f"{base}comparison.json",
        "winner_s3_uri": f"{base}winner.json",
        "learning_curves_s3_uri": f"{base}learning-curves.svg",
    }


def _curve(client: "S3Client", training: Mapping[str, Any], metric: str) -> Curve:
    bucket, key = _place(training["checkpoint_s3_uri"] + HISTORY)
    try:
        history = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())
        return [(int(item["epoch"]), float(item[metric])) for item in history["epochs"]]
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "NoSuchKey":
            raise
        LOG.warning("training %s has no history", training["number"])
    except (ValueError, KeyError, TypeError) as error:
        LOG.warning("training %s has an unreadable history: %r", training["number"], error)
    return []


def _label(training: Mapping[str, Any]) -> str:
    values = ", ".join(f"{name} {value}" for name, value in training["hyperparameters"].items())
    return f"{training['number']}: {values}"


def _place(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
