"""Composition root of the prepare function."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from prepare.source import prepare

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def handle(event: object, context: object) -> Mapping[str, Any]:
    """Return the job's input for an execution's input; raise InvalidInput if that is invalid."""
    return prepare(event, _s3())


@functools.cache
def _s3() -> "S3Client":
    return boto3.client("s3")
