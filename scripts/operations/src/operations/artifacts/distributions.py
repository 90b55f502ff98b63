"""What other repositories install with pip, and what is in all that is released."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from operations import paths
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SUMS = "SHA256SUMS"


def members() -> Mapping[str, Path]:
    """Return the folders of what is installed with pip, by the distribution's name."""
    folders = (paths.ROOT / "functions/common", paths.ROOT / "scripts/cli")
    return {str(_project(folder)["name"]): folder for folder in folders}


def version() -> str:
    """Return the one version that they and the functions have. Raises OperationError if they differ."""
    functions = (file.parent for file in (paths.ROOT / "functions").glob("*/pyproject.toml"))
    folders = sorted({*members().values(), *functions})
    found = {folder: str(_project(folder)["version"]) for folder in folders}
    if len(set(found.values())) != 1:
        shown = ", ".join(f"{folder.relative_to(paths.ROOT)}: {each}" for folder, each in found.items())
        raise OperationError(f"all that is released must have one version: {shown}")
    return next(iter(found.values()))


def build(destination: Path) -> None:
    """Write the wheels and source distributions. Raises OperationError."""
    for folder in members().values():
        here = ("--no-build-isolation", "--offline", "--python", sys.executable)
        _run([paths.UV, "build", "--quiet", *here, "--out-dir", destination, folder])
    # uv keeps its folder out of git.
    (destination / ".gitignore").unlink(missing_ok=True)


def describe(wheels: Path, zips: Iterable[Path], destination: Path) -> None:
    """Write what each zip and an installation of the wheels contain, as CycloneDX documents.

    An installation needs the package index. Raises OperationError.
    Source: https://cyclonedx.org/docs/1.6/json/
    """
    destination.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="sbom-") as name:
        python = Path(name) / "venv/bin/python"
        _run([paths.UV, "venv", "--quiet", "--python", sys.executable, python.parents[1]])
        for archive in zips:
            tree = Path(name) / archive.stem
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(tree)
            _describe(python, destination / f"{archive.stem}.cdx.json", PYTHONPATH=str(tree))
        library = next(wheels.glob("activity_dispatch-*.whl"))
        installed = [f"{library}[boto3]", next(wheels.glob("activity_dispatch_cli-*.whl"))]
        _run([paths.UV, "pip", "install", "--quiet", "--python", python, *installed])
        _describe(python, destination / "activity-dispatch.cdx.json")


def sums(folder: Path) -> None:
    """Write SHA256SUMS, which `sha256sum --check` reads, of all files in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder)}" for file in files]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _describe(python: Path, file: Path, **environment: str) -> None:
    options = ("--output-reproducible", "--output-format", "JSON", "--output-file", file)
    _run([paths.CYCLONEDX, "environment", *options, python], **environment)


def _project(folder: Path) -> Mapping[str, object]:
    project: Mapping[str, object] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return project


def _run(command: Iterable[str | Path], **environment: str) -> None:
    arguments = list(map(str, command))
    kept = {"PATH": "/usr/bin:/bin", **environment} if environment else None
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env=kept)
    if done.returncode != 0:
        name = Path(arguments[0]).name
        raise OperationError(
            f"{name} {arguments[1]} failed with exit code {done.returncode}", detail=done.stderr
        )
