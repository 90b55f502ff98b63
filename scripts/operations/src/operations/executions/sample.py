"""A real text of several MB, and an independent count of it."""

from __future__ import annotations

import hashlib
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client

MIN_BYTES = 5_000_000
# Data, tests and installed packages: with them the text would depend on how Python was installed.
LEFT_OUT = frozenset({"__pycache__", "idlelib", "lib2to3", "site-packages", "test", "tests", "turtledemo"})
KEY = "demo/standard-library.txt"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the processing must find in the text."""

    bytes: int
    lines: int
    words: int
    sha256: str


def text() -> bytes:
    """Return the sources of Python's standard library, concatenated in the order of their names."""
    folder = Path(sysconfig.get_path("stdlib"))
    found = b"".join(_sources(folder))
    if len(found) < MIN_BYTES:
        raise OperationError(
            f"the standard library's sources are {len(found):,} bytes; the demo needs {MIN_BYTES:,}"
        )
    return found


def upload(client: S3Client, bucket: str, body: bytes) -> str:
    """Upload the text to the data bucket and return its URI."""
    client.put_object(Bucket=bucket, Key=KEY, Body=body, ContentType="text/plain; charset=utf-8")
    return f"s3://{bucket}/{KEY}"


def expected(body: bytes) -> Expected:
    """Count in the simplest way, on the whole text at once, unlike `process`."""
    return Expected(
        bytes=len(body),
        lines=len(body.decode().split("\n")) - body.endswith(b"\n"),
        words=len(body.decode().split()),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _sources(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.rglob("*.py"), key=lambda path: path.as_posix()):
        if LEFT_OUT.isdisjoint(file.relative_to(folder).parts):
            content = file.read_bytes()
            if _is_text(content):
                yield content


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
