"""What users run works on macOS too: POSIX shell, or bash 3.2, which is the newest that macOS has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# They need Linux: a Docker engine of the distribution, and CI's machines.
LINUX_ONLY = {"scripts/docker-engine", "scripts/image-test", ".ci/run"}
# What bash 3.2 does not know.
NEWER = re.compile(
    r"\b(?:mapfile|readarray|coproc)\b|\b(?:declare|local|typeset) -[a-zA-Z]*[Ang]|\bwait -[np]|;;?&"
    r"|\|&|&>>|\bexec \{\w+\}|\$\{\w+(?:\^|,,|@[A-Za-z])|\$\{\w+\[-\d|\bprintf '?%\("
    r"|\bEPOCH|\bshopt -s globstar"
)


def shebang(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.readline().decode(errors="replace").strip()


@pytest.fixture(scope="module")
def scripts(root: Path, files: list[Path]) -> dict[str, str]:
    """The shell scripts, with what runs them."""
    found = {str(file): shebang(root / file) for file in files if (root / file).is_file()}
    return {name: line for name, line in found.items() if re.fullmatch(r"#!.*\b(?:ba)?sh", line)}


def test_there_are_scripts(scripts: dict[str, str]) -> None:
    assert {"scripts/terraform-init", "scripts/find-python", *LINUX_ONLY} <= set(scripts)


def test_what_says_sh_is_posix(root: Path, scripts: dict[str, str]) -> None:
    """dash knows nothing of bash; where there is none, sh is whatever this machine has."""
    shell = shutil.which("dash") or "sh"
    for name in (name for name, line in scripts.items() if line == "#!/bin/sh"):
        done = subprocess.run([shell, "-n", root / name], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stderr}"


def test_what_says_bash_runs_in_version_3_2(root: Path, scripts: dict[str, str]) -> None:
    newer = {
        name: NEWER.findall((root / name).read_text())
        for name, line in scripts.items()
        if line != "#!/bin/sh" and name not in LINUX_ONLY
    }
    assert {name: found for name, found in newer.items() if found} == {}


def test_the_makefiles_recipes_run_in_bash_3_2(root: Path) -> None:
    assert NEWER.findall((root / "Makefile").read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "mapfile -t lines",
        "declare -A seen=()",
        "local -A seen",
        "exec {descriptor}< <(true)",
        'echo "${name,,}"',
        'echo "${list[-1]}"',
        "wait -n",
        "make |& tee log",
        "printf '%(%F)T'",
    ],
)
def test_newer_features_are_found(text: str) -> None:
    assert NEWER.search(text)
