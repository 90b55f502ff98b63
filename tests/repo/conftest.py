"""What the repository tests share: the files of this checkout, as git lists them."""

import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hcl2.api
import pytest

PHONY = re.compile(r"^\.PHONY:((?:[^\\\n]*\\\n)*.*)$", re.MULTILINE)


@pytest.fixture(scope="session", autouse=True)
def parse_once() -> Iterator[None]:
    """Parse each HCL text once: several tests read the same files, and parsing takes most of their time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hcl2.api, "parses", functools.cache(hcl2.api.parses))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def files(root: Path) -> list[Path]:
    """All files that are tracked, or would be after `git add`, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [Path(name) for name in listed if (root / name).is_file()]


@pytest.fixture(scope="session")
def targets(root: Path) -> set[str]:
    """The Makefile's targets, without those that only check for a tool."""
    (listed,) = PHONY.findall((root / "Makefile").read_text())
    return {name for name in listed.replace("\\", "").split() if not name.startswith("need-")}
