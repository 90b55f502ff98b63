"""The processes that stand in for container images on a local cloud without Docker."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.errors import OperationError

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


# What an entry of a user's file may have, besides `worker`: what the local cloud reads.
_FIELDS: Mapping[str, tuple[type, str]] = {
    "argv": (list, "a list of texts"),
    "command": (list, "a list of texts"),
    "cwd": (str, "a folder"),
    "env": (dict, "an object of texts"),
    "worker": (bool, "true or false"),
}


def write(images: Path | None = None) -> Path:
    """Write what runs in place of each image, and return the file.

    `images` is a user's file with more of them (docs/local.md). Raises OperationError, which says what is
    wrong with it.
    """
    worker = {"argv": [str(paths.TASK_WORKER), "--"], "command": [str(paths.PYTHON), "-m", "process"]}
    # The stock image knows nothing of tasks: its command runs unchanged on this machine.
    ours = {WORKER_IMAGE: worker, TRAINING_IMAGE: _training(), STOCK_IMAGE: {}}
    theirs = {} if images is None else _read(images)
    paths.CLOUD_IMAGES.parent.mkdir(parents=True, exist_ok=True)
    paths.CLOUD_IMAGES.write_text(json.dumps({**ours, **theirs}, indent=2) + "\n", encoding="utf-8")
    return paths.CLOUD_IMAGES


def _read(file: Path) -> dict[str, object]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperationError(f"IMAGES: {file} cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise OperationError(f"IMAGES: {file} must have an object, by image, not {type(document).__name__}")
    return {name: _entry(file, name, entry) for name, entry in document.items()}


def _entry(file: Path, name: str, entry: Any) -> dict[str, object]:
    if not isinstance(entry, dict):
        raise OperationError(f"IMAGES: {name} must be an object, not {entry!r}")
    for field, value in entry.items():
        kind, wanted = _FIELDS.get(field, (None, ""))
        if kind is None:
            raise OperationError(f"IMAGES: {name}.{field} is none of {', '.join(_FIELDS)}")
        if not isinstance(value, kind):
            raise OperationError(f"IMAGES: {name}.{field} must be {wanted}, not {value!r}")
    made = {field: value for field, value in entry.items() if field != "worker"}
    # Relative to the file, like everything in a repository.
    made["cwd"] = str((file.parent / entry.get("cwd", ".")).resolve())
    if entry.get("worker"):
        made["argv"] = [str(paths.TASK_WORKER), "--", *entry.get("argv", [])]
    return made


def _training() -> dict[str, object]:
    """The worker in the project's Python, the training in its own, which has PyTorch."""
    folders = (paths.TRAINING_PYTHON.parent, paths.TASK_WORKER.parent)
    environment = {
        "PATH": ":".join([*map(str, folders), os.defpath]),
        "PYTHONPATH": str(paths.TRAINING_IMAGE / "src"),
    }
    return {"argv": ["sh", "-euc", _TRAINING_ENTRYPOINT, "entrypoint"], "env": environment}
