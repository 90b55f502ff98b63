"""Composition root of the process function."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from activity_dispatch import processing_handler
from process.job import run

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@processing_handler
def handle(job_input: Any) -> Mapping[str, Any]:
    """Compute the statistics of the text that the job's input names; return their summary."""
    return run(job_input, _s3())


@functools.cache
def _s3() -> "S3Client":
    return boto3.client("s3")
