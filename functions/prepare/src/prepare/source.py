"""Checks the text that an execution names and derives the job's input."""

import codecs
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointResolutionError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_S3_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.+)", re.DOTALL)
_FIELDS = ("source", "job")
RESULT_SUFFIX = ".statistics.json"
# S3 allows 1,024, and the result's key is the text's with the suffix.
MAX_KEY_BYTES = 1_024 - len(RESULT_SUFFIX)
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
MAX_SHOWN_CHARACTERS = 200
SAMPLE_BYTES = 8_192


class InvalidInput(Exception):
    """The execution's input is invalid; the message names the field, the value and what is allowed.

    Step Functions shows this class's name as the error.
    """


@dataclass(frozen=True, kw_only=True)
class S3Object:
    """The address of an object."""

    bucket: str
    key: str

    def __str__(self) -> str:
        """Return the S3 URI."""
        return f"s3://{self.bucket}/{self.key}"


def prepare(event: object, s3: "S3Client") -> Mapping[str, Any]:
    """Return `{"source": {bucket, key, etag, bytes}, "result": {bucket, key}}`.

    A `job` object in the input is passed on. Raises InvalidInput.
    """
    fields = _checked_fields(event)
    source = parse_s3_uri(fields["source"])
    job_input: dict[str, Any] = {
        "source": _checked_source(source, s3),
        "result": {"bucket": source.bucket, "key": f"{source.key}{RESULT_SUFFIX}"},
    }
    if "job" in fields:
        job_input["job"] = fields["job"]
    return job_input


def _checked_fields(event: object) -> Mapping[str, Any]:
    if not isinstance(event, Mapping):
        raise InvalidInput(f'input: {_shown(event)}; it must be an object {{"source": "s3://..."}}')
    unknown = sorted(set(event) - set(_FIELDS))
    if unknown:
        raise InvalidInput(f"{_shown(unknown[0])}: unknown field; allowed are source and job")
    if "source" not in event:
        raise InvalidInput("source: missing; it must be the S3 URI of a text, s3://bucket/key")
    return event


def parse_s3_uri(value: object) -> S3Object:
    """Return bucket and key of an S3 URI; raise InvalidInput if it is not one."""
    match = _S3_URI.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise InvalidInput(f"source: {_shown(value)}; it must be an S3 URI, s3://bucket/key")
    _check_key(match["key"])
    return S3Object(bucket=match["bucket"], key=match["key"])


def _check_key(key: str) -> None:
    try:
        size = len(key.encode())
    except UnicodeEncodeError as error:
        character = f"U+{ord(key[error.start]):04X}"
        raise InvalidInput(f"source: {_shown(key)} has {character}, a lone surrogate, in its key") from error
    control = _CONTROL_CHARACTER.search(key)
    if control:
        character = f"U+{ord(control[0]):04X}"
        raise InvalidInput(f"source: {_shown(key)} has the control character {character} in its key")
    if size > MAX_KEY_BYTES:
        raise InvalidInput(
            f"source: the key has {size} bytes; at most {MAX_KEY_BYTES} are allowed, because the result's key"
            f" adds {RESULT_SUFFIX} and S3 allows 1024"
        )


def _checked_source(source: S3Object, s3: "S3Client") -> Mapping[str, Any]:
    response = _get(source, s3)
    size = response["ContentLength"]
    with closing(response["Body"]) as body:
        if size == 0:
            raise InvalidInput(f"source: {source} is empty; it must be a text of at least one byte")
        # Only the beginning is checked; the job finds problems further on.
        _check_text(source, body.read(SAMPLE_BYTES), last=size <= SAMPLE_BYTES)
    return {
        "bucket": source.bucket,
        "key": source.key,
        "etag": response["ETag"],
        "bytes": size,
    }


def _get(source: S3Object, s3: "S3Client") -> "GetObjectOutputTypeDef":
    problems = {
        "NoSuchBucket": f"there is no bucket {source.bucket}",
        "NoSuchKey": f"there is no object {source.key} in bucket {source.bucket}",
        "AccessDenied": "the prepare function may not read it",
    }
    try:
        return s3.get_object(Bucket=source.bucket, Key=source.key)
    except EndpointResolutionError as error:
        # Names ending in --x-s3 belong to directory buckets and must contain a zone.
        raise InvalidInput(f"source: {source}: {error}") from error
    except ClientError as error:
        problem = problems.get(error.response.get("Error", {}).get("Code", ""))
        if problem is None:
            raise
        raise InvalidInput(f"source: {source}: {problem}") from error


def _check_text(source: S3Object, sample: bytes, *, last: bool) -> None:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=last)
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"source: {source} is not UTF-8 text: byte {sample[error.start]:#04x} at {error.start}"
        ) from error
    if b"\0" in sample:
        raise InvalidInput(f"source: {source} is binary: NUL at {sample.index(0)}; it must be text")


def _shown(value: object) -> str:
    text = repr(value)
    if len(text) <= MAX_SHOWN_CHARACTERS:
        return text
    return f"{text[:MAX_SHOWN_CHARACTERS]}... ({len(text)} characters)"
