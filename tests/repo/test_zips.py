"""The zips are small, without boto3, and byte-identical for the same source wherever they are built."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from operations.artifacts import zips
from operations.errors import OperationError

# What the Lambda runtime provides: boto3 and what it needs.
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules)"
# The example's other steps log nothing about tasks, and start faster without it.
WITH_POWERTOOLS = {"dispatcher", "listener", "poller", "process", "reconciler", "reporter"}


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same sources in another folder, with different times and permissions."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copy2(root / "pyproject.toml", folder)
    for part in ("functions", "scripts/operations"):
        shutil.copytree(root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.rglob("*.py"):
        file.chmod(0o600)
        os.utime(file, (1_000_000_000, 1_000_000_000))
    return folder


@pytest.mark.parametrize("function", zips.functions())
def test_a_zip_is_reproducible_small_and_complete(
    function: str, root: Path, copy: Path, tmp_path: Path
) -> None:
    here, there = tmp_path / "here.zip", tmp_path / "there.zip"
    size = zips.build(function, here, root=root)
    zips.build(function, there, root=copy)
    assert here.read_bytes() == there.read_bytes()
    assert size == here.stat().st_size < zips.MAX_BYTES
    _check_content(function, here)
    _check_import(function, here, tmp_path / "runtime")


def _check_content(function: str, file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        infos = archive.infolist()
    assert f"{function}/handler.py" in names
    assert "activity_dispatch/__init__.py" in names
    assert "aws_lambda_powertools/logging/formatter.py" in names
    # Packed dependencies include their licence and version.
    for package in ("aws_lambda_powertools", "typing_extensions"):
        metadata = {name.split("/", 1)[1] for name in names if name.startswith(f"{package}-")}
        assert "METADATA" in metadata
        assert any("LICENSE" in name for name in metadata)
    assert any(name.startswith("activity_dispatch-") and name.endswith("/METADATA") for name in names)
    assert not [
        name for name in names if name.startswith(("boto", "bin/")) or name.endswith((".pyc", "RECORD"))
    ]
    assert names == sorted(names)
    assert {info.external_attr >> 16 for info in infos} == {zips.MODE}


def _check_import(function: str, package: Path, runtime: Path) -> None:
    """Import the handler with nothing but the zip and what the runtime provides."""
    runtime.mkdir()
    for name in RUNTIME:
        origin = Path(str(importlib.util.find_spec(name).origin))  # type: ignore[union-attr]
        target = origin.parent if origin.name == "__init__.py" else origin
        (runtime / target.name).symlink_to(target)
    code = f"import sys; sys.path[:0] = [{str(package)!r}, {str(runtime)!r}]; {IMPORT}"
    command = [sys.executable, "-I", "-S", "-c", code, f"{function}.handler"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ("aws_lambda_powertools" in done.stdout.split()) is (function in WITH_POWERTOOLS)


def test_a_changed_source_is_in_the_next_zip(copy: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    zips.build("prepare", before, root=copy)
    handler = copy / "functions/prepare/src/prepare/handler.py"
    handler.write_text(handler.read_text() + "\n# changed\n")
    zips.build("prepare", after, root=copy)
    assert before.read_bytes() != after.read_bytes()


def test_a_zip_that_is_too_large_is_refused(copy: Path, tmp_path: Path) -> None:
    (copy / "functions/publish/src/publish/big.txt").write_bytes(os.urandom(zips.MAX_BYTES))
    with pytest.raises(
        OperationError, match=r"the zip of publish has [23],\d+,\d+ bytes, the limit is 2,000,000"
    ):
        zips.build("publish", tmp_path / "publish.zip", root=copy)
    assert list(tmp_path.iterdir()) == []
