"""The Makefile: help lists every target, documents name only existing ones, and errors are one clear line."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

# Only code counts: `make X` in backticks, or a line of a code block.
NAMED = re.compile(r"(?:`|^\$? *)make ([a-z][a-z-]*)", re.MULTILINE)
WANTED = {
    *("help", "setup", "build", "zip", "check", "lint", "test", "demo", "local-up", "local-down", "run"),
    *("deep-test", "integration-test", "plan", "apply", "deploy", "destroy", "clean"),
}


def _make(root: Path, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        ["make", *args], cwd=root, env={**kept, **variables}, capture_output=True, text=True, check=False
    )


def test_help_lists_every_target(root: Path, targets: set[str]) -> None:
    listed = {line.split()[0] for line in _make(root).stdout.split("\n\n")[0].splitlines()}
    assert listed == targets
    assert listed >= WANTED


def test_documents_name_only_existing_targets(root: Path, files: list[Path], targets: set[str]) -> None:
    named = {
        (str(file), name)
        for file in files
        if file.suffix == ".md"
        for name in NAMED.findall((root / file).read_text())
    }
    assert {(file, name) for file, name in named if name not in targets} == set()


def test_an_unknown_environment_gets_one_line_that_lists_the_existing_ones(root: Path) -> None:
    done = _make(root, "need-env", "ENV=nowhere")
    assert done.returncode != 0
    assert "'nowhere'" in done.stderr
    assert "local" in done.stderr.splitlines()[0]


def test_a_missing_terraform_gets_one_line(root: Path, tmp_path: Path) -> None:
    for tool in ("bash", "make"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = _make(root, "need-terraform", PATH=str(tmp_path))
    assert done.returncode != 0
    assert done.stderr.startswith("Terraform 1.11 or newer is needed")


@pytest.mark.parametrize("stamp", ["build/stamps/venv", "build/stamps/localcloud"])
def test_without_python_313_no_other_python_is_used(root: Path, tmp_path: Path, stamp: str) -> None:
    for name in ("Makefile", "pyproject.toml", "scripts/localcloud/pyproject.toml", "requirements/uv.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / "requirements/dev.txt").touch()
    scripts = {
        "scripts/install-uv": "",
        "scripts/find-python": "echo none >&2; exit 1",
        "build/tools/bin/uv": "echo uv was called >&2",
    }
    for name, script in scripts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = _make(tmp_path, stamp)
    assert done.returncode != 0
    said, from_make = done.stderr.splitlines()
    assert said == "none"
    assert from_make.startswith("make: ***")
    assert not (tmp_path / stamp).exists()
