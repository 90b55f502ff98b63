"""Reproducible zips of the functions: the same source gives the same bytes, in any folder, on any machine."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from operations import paths
from operations.errors import OperationError

LIBRARY = "common"
MAX_BYTES = 2_000_000
# The oldest time that a zip can hold.
TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644
POWERTOOLS_PARTS = ("exceptions", "logging", "metrics", "shared", "tracing", "warnings")
# What the library needs and the Lambda runtime lacks, in the versions of requirements/dev.txt. Of Powertools
# only what its logging and metrics import: all of it would be twice the limit.
PACKED = {
    "aws-lambda-powertools": (
        "aws_lambda_powertools/*.py",
        *(f"aws_lambda_powertools/{part}/**" for part in POWERTOOLS_PARTS),
        "aws_lambda_powertools/utilities/__init__.py",
        "aws_lambda_powertools/utilities/jmespath_utils/**",
        "*.dist-info/**",
    ),
    "typing-extensions": ("typing_extensions.py", "*.dist-info/**"),
}
# What an installer writes beside METADATA: paths, times, hashes of its own files, the version of a tool.
LEFT_OUT = frozenset(
    {"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json", "uv_build.json", "uv_cache.json"}
)


def functions(root: Path = paths.ROOT) -> list[str]:
    """The folders under functions/ that become a zip."""
    folders = sorted(file.parent.name for file in (root / "functions").glob("*/pyproject.toml"))
    return [name for name in folders if name != LIBRARY]


def build(function: str, destination: Path, *, root: Path = paths.ROOT) -> int:
    """Write the zip of one function, with the library as a distribution in it; return its size in bytes.

    Raises OperationError when the build fails or the zip is 2 MB or more. Needs no network.
    """
    with tempfile.TemporaryDirectory(prefix="zip-") as name:
        folder = Path(name)
        for member in (LIBRARY, function):
            _uv(
                "build",
                "--wheel",
                "--no-build-isolation",
                "--out-dir",
                folder / "wheels",
                root / "functions" / member,
            )
        wheels = sorted((folder / "wheels").glob("*.whl"))
        _uv("pip", "install", "--no-deps", "--target", folder / "tree", *wheels)
        _add_packed(folder / "tree")
        destination.parent.mkdir(parents=True, exist_ok=True)
        unfinished = destination.with_suffix(".part")
        _pack(folder / "tree", unfinished)
    size = unfinished.stat().st_size
    if size >= MAX_BYTES:
        unfinished.unlink()
        raise OperationError(f"the zip of {function} has {size:,} bytes, the limit is {MAX_BYTES:,}")
    unfinished.replace(destination)
    return size


def _pack(tree: Path, destination: Path) -> None:
    # Stored, not deflated: zlib versions deflate the same bytes differently, and the sources are small.
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_STORED) as archive:
        files = [path.relative_to(tree) for path in tree.rglob("*") if path.is_file()]
        for name in sorted(file.as_posix() for file in files if _belongs(file)):
            entry = zipfile.ZipInfo(name, TIME)
            entry.external_attr = MODE << 16
            entry.create_system = 3
            archive.writestr(entry, (tree / name).read_bytes())


def _add_packed(tree: Path) -> None:
    """Add the packages in PACKED as they are installed here."""
    for name, patterns in PACKED.items():
        for file in importlib.metadata.files(name) or ():
            if any(PurePosixPath(file).full_match(pattern) for pattern in patterns):
                (tree / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), tree / file)


def _belongs(path: Path) -> bool:
    if path.parent.name.endswith(".dist-info"):
        return path.name not in LEFT_OUT
    return "__pycache__" not in path.parts and path.suffix != ".pyc" and path.parts[0] not in {"bin", ".lock"}


def _uv(*args: str | Path) -> None:
    command = [paths.UV, *args, "--offline", "--python", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperationError(f"uv {args[0]} failed with exit code {done.returncode}", detail=done.stderr)
