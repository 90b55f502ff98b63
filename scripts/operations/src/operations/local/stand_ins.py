"""The processes that stand in for container images on a local cloud without Docker."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from operations import paths

if TYPE_CHECKING:
    from pathlib import Path

# Parts of the names of the images that environments/local uses.
WORKER_IMAGE = "worker"
TRAINING_IMAGE = "training"
STOCK_IMAGE = "busybox"
# The image's entrypoint (images/training), for two Pythons: there `python` has the library too.
_TRAINING_ENTRYPOINT = """
[ "$*" != train ] || exec python -m training train
[ $# -gt 0 ] || set -- python -m training
exec task-worker -- "$@"
"""


def write() -> Path:
    """Write what runs in place of each image, and return the file."""
    worker = {"argv": [str(paths.TASK_WORKER), "--"], "command": [str(paths.PYTHON), "-m", "process"]}
    # The stock image knows nothing of tasks: its command runs unchanged on this machine.
    images = {WORKER_IMAGE: worker, TRAINING_IMAGE: _training(), STOCK_IMAGE: {}}
    paths.CLOUD_IMAGES.parent.mkdir(parents=True, exist_ok=True)
    paths.CLOUD_IMAGES.write_text(json.dumps(images, indent=2) + "\n", encoding="utf-8")
    return paths.CLOUD_IMAGES


def _training() -> dict[str, object]:
    """The worker in the project's Python, the training in its own, which has PyTorch."""
    folders = (paths.TRAINING_PYTHON.parent, paths.TASK_WORKER.parent)
    environment = {
        "PATH": ":".join([*map(str, folders), os.defpath]),
        "PYTHONPATH": str(paths.TRAINING_IMAGE / "src"),
    }
    return {"argv": ["sh", "-euc", _TRAINING_ENTRYPOINT, "entrypoint"], "env": environment}
