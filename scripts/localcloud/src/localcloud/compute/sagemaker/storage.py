"""Copies between local folders and S3 prefixes, with an S3 client that acts as the job's role."""

import io
import tarfile
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError


class StorageError(Exception):
    """S3 could not be read or written; the message is SageMaker's."""


def download(client: Any, uri: str, folder: Path) -> int:
    """Copy all objects below an S3 URI into the folder; return how many there were."""
    bucket, prefix = split(uri)
    count = 0
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                target = folder / _relative(item["Key"], prefix)
                if item["Key"].endswith("/") or not target.resolve().is_relative_to(
                    folder.resolve()
                ):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())
                count += 1
    except ClientError as error:
        raise StorageError(f"{error.response['Error']['Code']} at {uri}") from error
    return count


def put_archive(client: Any, folder: Path, uri: str) -> None:
    """Upload the whole folder as one tar.gz object."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
    bucket, key = split(uri)
    try:
        client.put_object(Bucket=bucket, Key=key, Body=buffer.getvalue())
    except ClientError as error:
        raise StorageError(f"{error.response['Error']['Code']} at {uri}") from error


class Mirror:
    """Mirrors a folder to an S3 prefix by copying new and changed files."""

    def __init__(self, client: Any, folder: Path, uri: str) -> None:
        """Nothing is copied before `restore` or `copy`."""
        self._client = client
        self._folder = folder
        self._uri = uri
        self._seen: dict[Path, tuple[int, int]] = {}

    def restore(self) -> None:
        """Fill the folder from S3."""
        download(self._client, self._uri, self._folder)
        self._seen = dict(self._files())

    def copy(self) -> None:
        """Copy what changed since the last copy."""
        bucket, prefix = split(self._uri)
        for path, state in self._files():
            if self._seen.get(path) == state:
                continue
            key = f"{prefix.rstrip('/')}/{path.relative_to(self._folder).as_posix()}".lstrip("/")
            try:
                body = path.read_bytes()
            except FileNotFoundError:
                continue  # Renamed or removed since it was listed.
            try:
                self._client.put_object(Bucket=bucket, Key=key, Body=body)
            except ClientError as error:
                raise StorageError(f"{error.response['Error']['Code']} at {self._uri}") from error
            self._seen[path] = state

    def _files(self) -> list[tuple[Path, tuple[int, int]]]:
        found = []
        for path in sorted(self._folder.rglob("*")):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file():
                found.append((path, (stat.st_mtime_ns, stat.st_size)))
        return found


def split(uri: str) -> tuple[str, str]:
    """Split s3://bucket/key into bucket and key."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _relative(key: str, prefix: str) -> str:
    """Return an object's path below the prefix, or below its folder if it ends within a name."""
    if key == prefix:
        return key.rpartition("/")[2]
    base = prefix if prefix.endswith("/") or not prefix else prefix + "/"
    if key.startswith(base):
        return key.removeprefix(base)
    return key.removeprefix(prefix.rpartition("/")[0]).lstrip("/")
