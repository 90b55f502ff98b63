"""docs/tutorial.md, word by word: its files are written and its commands run in an empty folder."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration import trial
from tests.integration.helpers import documented, refusals

from operations import paths

DOCUMENT = paths.ROOT / "docs/tutorial.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w.]+\.(?:py|json|tf))`")
# What a user's machine has: `terraform init` asks a registry that cannot be reached here.
TERRAFORM = """#!/bin/sh
[ "$1" != init ] || exec "{root}/scripts/terraform-init" "$PWD"
PATH="${{PATH#*:}}" exec terraform "$@"
"""
PIP = '#!/bin/sh\nexec "{python}" -m pip --disable-pip-version-check "$@"\n'
LIMIT_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Step:
    """A file to write, or commands to run in one shell."""

    name: str
    text: str


def steps() -> Iterator[Step]:
    """The page's blocks. A file is called what is last named before its block."""
    document = DOCUMENT.read_text()
    for found in FENCE.finditer(document):
        language, text = found.groups()
        before = FILE.findall(document[: found.start()].rpartition("```")[2])
        yield Step(name="" if language == "sh" else before[-1], text=text)


@pytest.fixture
def home(tmp_path: Path, running_cloud: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that has the clone, and a shell's environment as the page sets it up."""
    (tmp_path / "activity-dispatch").symlink_to(paths.ROOT)
    tools = tmp_path / "tools"
    tools.mkdir()
    find = [paths.ROOT / "scripts/find-python", paths.UV]
    python = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()
    for name, text in (("terraform", TERRAFORM), ("pip", PIP)):
        (tools / name).write_text(text.format(root=paths.ROOT, python=python))
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    for name, value in {**trial.environment(running_cloud), "AWS_REGION": trial.REGION}.items():
        monkeypatch.setenv(name, value)
    yield tmp_path
    # What other tests' images are.
    documented("make cloud-up")


def run(home: Path, commands: str) -> str:
    """Run the commands of a block where the page has led; return what they print."""
    folder = home / "magazine" if (home / "magazine").exists() else home
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}"
    return done.stdout


def test_the_tutorial_leads_to_two_activities_and_away_again(running_cloud: str, home: Path) -> None:
    began, cloud = time.monotonic(), "make cloud-up IMAGES=../magazine/images.json"
    said, lines = "", 0
    for step in steps():
        if step.name:
            (home / "magazine").mkdir(exist_ok=True)
            text = step.text.replace(trial.GIT, f"{paths.ROOT}/").replace("?ref=v0.2.0", "")
            (home / "magazine" / step.name).write_text(text)
            lines += len(text.splitlines()) if step.name.endswith(".tf") else 0
        elif cloud not in step.text:
            said += run(home, step.text)
        if step.name == "images.json":
            documented(cloud, {"../magazine/images.json": str(home / "magazine/images.json")})
    print(f"{lines} lines of HCL, {time.monotonic() - began:.0f} s")
    assert "page 3 of 3" in said or "page 1 of 3" in said
    assert "job " in said
    assert json.loads(said[said.index("{\n") : said.index("}\n") + 1]) == {"pages": 3, "sheets": 2}
    assert "Report.TooLong" in said
    assert "exit code 1" in said
    assert (home / "magazine/timeline.html").stat().st_size > 1_000_000
    assert "Destroy complete!" in said
    assert [line for line in refusals(running_cloud) if line.startswith("magazine")] == []
    shutil.rmtree(home / "magazine/.terraform")
