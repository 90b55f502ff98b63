"""The zips: small, without boto3, and the same bytes for the same source wherever they are built."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from operations import zips
from operations.errors import OperationError


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same sources in another folder, with other times and other permissions."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copy2(root / "pyproject.toml", folder)
    for part in ("functions", "scripts/operations"):
        shutil.copytree(root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.rglob("*.py"):
        file.chmod(0o600)
        os.utime(file, (1_000_000_000, 1_000_000_000))
    return folder


@pytest.mark.parametrize("function", zips.functions())
def test_a_zip_is_reproducible_and_small(function: str, root: Path, copy: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here.zip", tmp_path / "there.zip"
    size = zips.build(function, here, root=root)
    zips.build(function, there, root=copy)
    assert here.read_bytes() == there.read_bytes()
    assert size == here.stat().st_size < zips.MAX_BYTES
    _check_content(function, here)


def _check_content(function: str, file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        infos = archive.infolist()
    assert f"{function}/handler.py" in names
    assert "activity_dispatch/__init__.py" in names
    assert any(name.startswith("activity_dispatch-") and name.endswith("/METADATA") for name in names)
    assert not [
        name for name in names if name.startswith(("boto", "bin/")) or name.endswith((".pyc", "RECORD"))
    ]
    assert names == sorted(names)
    assert {info.external_attr >> 16 for info in infos} == {zips.MODE}


def test_a_changed_source_is_in_the_next_zip(copy: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    zips.build("prepare", before, root=copy)
    handler = copy / "functions/prepare/src/prepare/handler.py"
    handler.write_text(handler.read_text() + "\n# changed\n")
    zips.build("prepare", after, root=copy)
    assert before.read_bytes() != after.read_bytes()


def test_a_zip_that_is_too_big_is_refused(copy: Path, tmp_path: Path) -> None:
    (copy / "functions/publish/src/publish/big.txt").write_bytes(os.urandom(zips.MAX_BYTES))
    with pytest.raises(
        OperationError, match=r"the zip of publish has 2,\d+,\d+ bytes, the limit is 2,000,000"
    ):
        zips.build("publish", tmp_path / "publish.zip", root=copy)
    assert list(tmp_path.iterdir()) == []
