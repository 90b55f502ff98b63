"""Checkpoints: one file per epoch, in a folder that SageMaker copies to S3, or directly in S3."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

_NAME = re.compile(r"epoch-(\d{5})\.pt")
# The second newest is the fallback if the newest cannot be read.
KEPT = 2


class Store(Protocol):
    """Named files, each complete or absent."""

    def names(self) -> Sequence[str]:
        """Return the names of all files."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file."""
        ...


@dataclass(frozen=True, kw_only=True)
class FolderStore:
    """Files in a folder."""

    folder: Path

    def names(self) -> Sequence[str]:
        """Return the names of all files; none if there is no folder."""
        return [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write under another name, then rename: a copy of the folder never has half a file of that name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self.folder / name)

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self.folder / name).unlink(missing_ok=True)


@dataclass(frozen=True, kw_only=True)
class S3Store:
    """Objects below a prefix, s3://bucket/prefix/."""

    client: Any
    uri: str

    def names(self) -> Sequence[str]:
        """Return the names of all objects directly below the prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix, Delimiter="/"
        )
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return [key.removeprefix(self._prefix) for key in keys]

    def read(self, name: str) -> bytes:
        """Return an object's content."""
        answer = self.client.get_object(Bucket=self._bucket, Key=self._prefix + name)
        return bytes(answer["Body"].read())

    def write(self, name: str, content: bytes) -> None:
        """Put an object, which S3 shows only when it is complete."""
        self.client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content)

    def remove(self, name: str) -> None:
        """Delete an object."""
        self.client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    @property
    def _bucket(self) -> str:
        return self.uri.removeprefix("s3://").partition("/")[0]

    @property
    def _prefix(self) -> str:
        path = self.uri.removeprefix("s3://").partition("/")[2].rstrip("/")
        return f"{path}/" if path else ""


def save(store: Store, epoch: int, content: bytes) -> None:
    """Save an epoch's checkpoint, then remove all but the newest KEPT."""
    store.write(f"epoch-{epoch:05d}.pt", content)
    for name, _ in list(_newest_first(store))[KEPT:]:
        store.remove(name)


def newest(store: Store) -> Iterator[tuple[int, bytes]]:
    """Yield each checkpoint's epoch and content, newest first."""
    for name, epoch in _newest_first(store):
        yield epoch, store.read(name)


def _newest_first(store: Store) -> Iterator[tuple[str, int]]:
    found = [(name, int(match[1])) for name in store.names() if (match := _NAME.fullmatch(name))]
    yield from sorted(found, key=lambda item: item[1], reverse=True)
