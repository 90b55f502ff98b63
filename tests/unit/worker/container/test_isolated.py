"""A variable that a task's input sets runs nothing before the worker has read the task."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
IMAGES = {
    "worker": json.loads(
        re.findall(r"^ENTRYPOINT (.*)$", (ROOT / "images/worker/Dockerfile").read_text(), re.MULTILINE)[0]
    ),
    "training": re.findall(
        r"^exec (.*worker --) ", (ROOT / "images/training/entrypoint").read_text(), re.MULTILINE
    )[0].split(),
}


@pytest.mark.parametrize("image", IMAGES)
def test_the_workers_interpreter_ignores_its_variables(tmp_path: Path, image: str) -> None:
    done = tmp_path / "done"
    (tmp_path / "sitecustomize.py").write_text(f"open({str(done)!r}, 'w').close()")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path),
        "PYTHONWARNINGS": "all:0:antigravity.x:0:0",
        "BROWSER": f"touch {done} %s",
    }
    python, *arguments = IMAGES[image]
    assert python == "python"
    worker = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (worker.returncode, done.exists()) == (64, False), worker.stderr
    assert worker.stderr.startswith("usage: task-worker")
