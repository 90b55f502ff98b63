"""Containers' output in CloudWatch Logs, as written by the awslogs driver."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.compute.cloud import Place

LOG = logging.getLogger(__name__)

# Limits of PutLogEvents; each event counts as 26 bytes more than its text.
_EVENT_OVERHEAD_BYTES = 26
_MAX_EVENT_BYTES = 262_144 - _EVENT_OVERHEAD_BYTES
_MAX_BATCH_BYTES = 1_048_576
_MAX_BATCH_EVENTS = 10_000


@dataclass(frozen=True, kw_only=True)
class LogStream:
    """Where a container's output goes."""

    group: str
    name: str
    create_group: bool


class LogStreamError(Exception):
    """The stream could not be created; the message is the reason that ECS gives."""


def open_stream(
    place: Place, stream: LogStream, role: str | None, **principal: str
) -> Callable[[Sequence[str]], None]:
    """Create a log stream and return a function that writes lines to it.

    LogStreamError if the group is missing. `role` is the execution role; without one, the
    instance's role is used, which is allowed to. `principal` assumes the role; the default is ECS.
    """
    client = place.client("logs", role, **principal)
    target = {"logGroupName": stream.group, "logStreamName": stream.name}
    try:
        if stream.create_group:
            make_group(client, stream.group)
        _unless_there(client.create_log_stream, **target)
    except ClientError as error:
        raise _stream_error(error) from error

    def write(lines: Sequence[str]) -> None:
        for batch in _batches(lines):
            try:
                client.put_log_events(**target, logEvents=batch)
            except ClientError as error:
                # As in ECS, a container keeps running after its group has been deleted.
                LOG.warning("output lost, %s %s: %s", stream.group, stream.name, error)

    return write


def _stream_error(error: ClientError) -> LogStreamError:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    return LogStreamError(
        "ResourceInitializationError: failed to validate logger args: create stream has been "
        "retried 1 times: failed to create Cloudwatch log stream: "
        f"{code}: {message} : exit status 1"
    )


def make_group(client: Any, name: str) -> None:
    """Create a log group unless it exists."""
    _unless_there(client.create_log_group, logGroupName=name)


def _unless_there(create: Callable[..., object], **parameters: str) -> None:
    try:
        create(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise


def _batches(lines: Sequence[str]) -> Iterator[list[dict[str, object]]]:
    timestamp = int(time.time() * 1000)
    batch: list[dict[str, object]] = []
    size = 0
    for text in (part for line in lines for part in _parts(line)):
        weight = len(text.encode()) + _EVENT_OVERHEAD_BYTES
        if batch and (size + weight > _MAX_BATCH_BYTES or len(batch) == _MAX_BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append({"timestamp": timestamp, "message": text})
        size += weight
    if batch:
        yield batch


def _parts(line: str) -> Iterator[str]:
    data = line.encode()
    for start in range(0, len(data), _MAX_EVENT_BYTES):
        yield data[start : start + _MAX_EVENT_BYTES].decode(errors="replace")
