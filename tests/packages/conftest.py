"""The distributions as a user gets them, and bare environments to install them in."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "build/tools/bin/uv"
VERSIONS = ("3.12", "3.13", "3.14")
LIBRARY, COMMAND = "activity-dispatch", "activity-dispatch-cli"
SOURCES = {LIBRARY: ROOT / "functions/common", COMMAND: ROOT / "scripts/cli"}


def sh(*command: str | Path, cwd: Path | None = None, code: int = 0) -> str:
    """Run a command without this project's environment; return what it printed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels and source distributions of what users install."""
    folder = tmp_path_factory.mktemp("built")
    for source in SOURCES.values():
        sh(
            UV,
            "build",
            "--quiet",
            "--no-build-isolation",
            "--python",
            sys.executable,
            "--out-dir",
            folder,
            source,
        )
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Callable[[str], Path]:
    """Return the wheel of a distribution."""

    def find(name: str) -> Path:
        (found,) = built.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
        return found

    return find


@dataclass(frozen=True)
class Environment:
    """A virtual environment outside this checkout."""

    folder: Path
    version: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin/python"

    def install(self, *requirements: str) -> None:
        """Install with pip, as a user would."""
        sh(self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)


@pytest.fixture(scope="session", params=VERSIONS)
def bare(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A new environment of each Python version that is here."""
    version = request.param
    found = subprocess.run(
        [ROOT / "scripts/find-python", UV, version], capture_output=True, text=True, check=False
    )
    if found.returncode == 3:
        pytest.skip(found.stderr.strip())
    assert found.returncode == 0, found.stderr
    folder = tmp_path_factory.mktemp(f"python{version}") / "venv"
    sh(found.stdout.strip(), "-m", "venv", folder)
    return Environment(folder=folder, version=version)


@pytest.fixture(scope="session")
def installed(bare: Environment, wheel: Callable[[str], Path]) -> Environment:
    """The environment with both distributions."""
    documented = 'pip install "activity-dispatch[boto3]" pytest'
    requirements = [text.replace(LIBRARY, str(wheel(LIBRARY))) for text in shlex.split(documented)[2:]]
    bare.install(*requirements, str(wheel(COMMAND)))
    return bare
