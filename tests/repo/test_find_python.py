"""scripts/find-python picks a Python 3.13 that runs, whatever else has that name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BROKEN = "#!/bin/sh\necho 'not installed' >&2\nexit 127\n"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with the few tools a script needs, and a uv without a Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env"):
        (folder / name).symlink_to(str(shutil.which(name)))
    _script(folder / "uv", BROKEN)
    return folder


def _script(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def _find(root: Path, tools: Path, *more: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(folder) for folder in (*more, tools))
    command = [str(root / "scripts/find-python"), str(tools / "uv")]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_a_broken_python_on_the_path_is_skipped(root: Path, tools: Path, tmp_path: Path) -> None:
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    _script(stubs / "python3.13", BROKEN)
    real = tmp_path / "real"
    real.mkdir()
    (real / "python3.13").symlink_to(sys.executable)
    done = _find(root, tools, stubs, real)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(real / "python3.13")


def test_without_any_python_there_is_one_clear_line(root: Path, tools: Path) -> None:
    done = _find(root, tools)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.13 is needed" in done.stderr


@pytest.mark.parametrize("stub", [False, True])
def test_without_a_python_to_install_uv_there_is_one_clear_line(
    root: Path, tmp_path: Path, stub: bool
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname", "sed", "cut", "rm", "mkdir", "ln", "cat"):
        (folder / name).symlink_to(str(shutil.which(name)))
    if stub:
        _script(folder / "python3", BROKEN)
    for name in ("scripts/install-uv", "requirements/uv.txt"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(root / name, tmp_path / name)
    command = ["bash", str(tmp_path / "scripts/install-uv")]
    done = subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Python 3.13 is needed and no python3 was found")
