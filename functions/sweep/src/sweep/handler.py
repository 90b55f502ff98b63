"""Composition root of the three functions."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from sweep.choice import choose
from sweep.plan import Limits, plan
from sweep.publication import publish

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def prepare(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    """Return the sweep's trainings; the event has input, execution (its name) and settings."""
    return plan(event["input"], event["execution"], Limits.from_json(event["settings"]))


def reduce(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    """Return the comparison; the event has sweep (Prepare's output, with results) and objective."""
    objective = event["objective"]
    return choose(event["sweep"], objective["metric"], highest=objective["goal"] == "highest")


def publish_winner(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    """Return the execution's output; the event is the comparison."""
    return publish(event, _s3())


@functools.cache
def _s3() -> "S3Client":
    return boto3.client("s3")
