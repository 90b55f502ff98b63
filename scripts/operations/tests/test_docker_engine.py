"""scripts/docker-engine uses an engine that answers and reports when there can be none."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts/docker-engine"
TOOLS = ("bash", "dirname", "mkdir", "sleep", "grep", "tail", "cat", "printf")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script in it, and a few tools as the only ones on PATH."""
    for folder in ("scripts", "tools"):
        (tmp_path / folder).mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    for tool in TOOLS:
        (tmp_path / "tools" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def engine(checkout: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(checkout / "scripts/docker-engine"), command],
        env={**os.environ, "PATH": str(checkout / "tools")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_engine_that_answers_is_used_and_left_running(checkout: Path) -> None:
    docker = checkout / "tools/docker"
    docker.write_text("#!/bin/sh\necho 28.0.1\n")
    docker.chmod(0o755)
    assert "answers: 28.0.1" in engine(checkout, "start").stdout
    assert "No Docker engine of ours" in engine(checkout, "stop").stdout


def test_an_engine_that_cannot_be_started_is_reported(checkout: Path) -> None:
    done = engine(checkout, "start")
    assert done.returncode == 3
    assert "!!!!!\nNO DOCKER ENGINE: none answers" in done.stderr


def test_another_process_is_not_taken_for_the_engine(checkout: Path) -> None:
    file = checkout / "build/docker/dockerd.pid"
    file.parent.mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"]) as other:
        file.write_text(str(other.pid))
        assert "No Docker engine of ours" in engine(checkout, "stop").stdout
        assert other.poll() is None
        other.kill()


def test_a_wrong_call_shows_the_usage(checkout: Path) -> None:
    done = engine(checkout, "restart")
    assert (done.returncode, done.stderr) == (2, "usage: scripts/docker-engine start|stop\n")
