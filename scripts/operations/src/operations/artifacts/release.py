"""`make release`: what other repositories take of a version, and the changelog's section for it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from operations import paths
from operations.artifacts import distributions, zips
from operations.errors import OperationError

KEY_DIGITS = 16
# Two numbers and a third, as the tags have them.
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def release(bucket: str, prefix: str, version: str) -> Path:
    """Write build/release: zips, packages.json, wheels, what is in them, checksums; return packages.json.

    packages.json is the variable `packages` of module stack: the caller uploads the zips to `bucket` under
    `prefix`. With `version`, which the distributions must have, the changelog's fragments become its section.
    Raises OperationError, before anything is written if the bucket or the version is wrong.
    """
    if not bucket:
        raise OperationError("BUCKET must be set to the bucket that the zips will be uploaded to")
    current = distributions.version()
    if version:
        _check(version, current)
    folder = paths.ROOT / "build/release"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "zips").mkdir(parents=True)
    names = zips.functions(paths.ROOT)
    keys = {name: _copy(name, folder, prefix) for name in names}
    file = folder / "packages.json"
    file.write_text(json.dumps({"bucket": bucket, "zips": keys}, indent=2) + "\n", encoding="utf-8")
    distributions.build(folder / "dist")
    built = [paths.ROOT / f"build/zip/{name}.zip" for name in names]
    distributions.describe(folder / "dist", built, folder / "sbom")
    distributions.sums(folder)
    if version:
        _write_changelog(version)
    _tell(folder, f"s3://{bucket}/{prefix}", current, has_section=bool(version))
    return file


def _check(version: str, current: str) -> None:
    if not _VERSION.fullmatch(version):
        raise OperationError(f"VERSION must be three numbers, such as 0.2.0, not {version!r}")
    if version != current:
        raise OperationError(f"VERSION is {version}, but the distributions' pyproject.toml have {current}")
    if re.search(rf"^## {re.escape(version)} ", (paths.ROOT / "CHANGELOG.md").read_text(), re.MULTILINE):
        raise OperationError(f"CHANGELOG.md has a section for {version} already: choose a new VERSION")


def _write_changelog(version: str) -> None:
    command = [paths.PYTHON.with_name("towncrier"), "build", "--yes", "--version", version]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperationError("towncrier failed: the changelog is as it was", detail=done.stdout + done.stderr)


def _tell(folder: Path, target: str, version: str, *, has_section: bool) -> None:
    shown = folder.relative_to(paths.ROOT)
    print(f"{shown} has version {version}: zips, packages.json, dist, sbom, {distributions.SUMS}.")
    if has_section:
        print(f"CHANGELOG.md has its section. To publish it:\ngit commit --all --message 'Release {version}'")
        print(f"git tag --annotate v{version} --message 'Release {version}' && git push --follow-tags")
    else:
        print("CHANGELOG.md is as it was: VERSION= writes its section.")
    print(f"aws s3 cp --recursive {shown}/zips {target}")


def _copy(name: str, folder: Path, prefix: str) -> dict[str, str]:
    built = paths.ROOT / f"build/zip/{name}.zip"
    digest = hashlib.sha256(built.read_bytes())
    # A key always stands for the same code, so an older release's packages.json stays valid.
    key = f"{name}-{digest.hexdigest()[:KEY_DIGITS]}.zip"
    shutil.copy(built, folder / "zips" / key)
    return {"key": f"{prefix}{key}", "hash": base64.b64encode(digest.digest()).decode()}
