"""`make release`: the zips for other repositories, which load them from a bucket, each under its hash."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from typing import TYPE_CHECKING

from operations import paths
from operations.artifacts import zips
from operations.errors import OperationError

if TYPE_CHECKING:
    from pathlib import Path

KEY_DIGITS = 16


def release(bucket: str, prefix: str) -> Path:
    """Write build/release: the zips, and packages.json, which is the variable `packages` of module stack.

    The caller uploads the zips to `bucket` under `prefix`. Raises OperationError without a bucket.
    """
    if not bucket:
        raise OperationError("BUCKET must be set to the bucket that the zips will be uploaded to")
    folder = paths.ROOT / "build/release"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "zips").mkdir(parents=True)
    keys = {name: _copy(name, folder, prefix) for name in zips.functions(paths.ROOT)}
    packages = {"bucket": bucket, "zips": keys}
    file = folder / "packages.json"
    file.write_text(json.dumps(packages, indent=2) + "\n", encoding="utf-8")
    shown = folder.relative_to(paths.ROOT)
    print(f"{shown}/packages.json names {len(keys)} zips. Upload them:")
    print(f"aws s3 cp --recursive {shown}/zips s3://{bucket}/{prefix}")
    return file


def _copy(name: str, folder: Path, prefix: str) -> dict[str, str]:
    built = paths.ROOT / f"build/zip/{name}.zip"
    digest = hashlib.sha256(built.read_bytes())
    # A key always stands for the same code, so an older release's packages.json stays valid.
    key = f"{name}-{digest.hexdigest()[:KEY_DIGITS]}.zip"
    shutil.copy(built, folder / "zips" / key)
    return {"key": f"{prefix}{key}", "hash": base64.b64encode(digest.digest()).decode()}
