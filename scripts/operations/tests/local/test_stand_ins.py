"""What runs in place of images: ours, and those of a user's file."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations import paths
from operations.errors import OperationError
from operations.local import stand_ins


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the stand-ins with a user's file; return what the local cloud reads."""
    monkeypatch.setattr(paths, "CLOUD_IMAGES", tmp_path / "images.json")

    def written(text: str) -> Any:
        (tmp_path / "mine.json").write_text(text)
        return json.loads(stand_ins.write(tmp_path / "mine.json").read_text())

    return written


def test_without_a_file_there_are_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "CLOUD_IMAGES", tmp_path / "images.json")
    assert list(json.loads(stand_ins.write().read_text())) == ["worker", "training", "busybox"]


def test_a_users_image_is_a_program_in_the_files_folder(write: Any, tmp_path: Path) -> None:
    made = write('{"layout": {"command": ["python3", "layout.py"], "worker": true}, "busybox": {"cwd": "a"}}')
    assert made["layout"] == {
        "argv": [str(paths.TASK_WORKER), "--"],
        "command": ["python3", "layout.py"],
        "cwd": str(tmp_path),
    }
    assert made["busybox"] == {"cwd": str(tmp_path / "a")}
    assert "worker" in made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "mine.json cannot be read: "),
        ("[]", "mine.json must have an object, by image, not list"),
        ('{"layout": "python3"}', "layout must be an object, not 'python3'"),
        ('{"layout": {"cmd": []}}', "layout.cmd is none of argv, command, cwd, env, worker"),
        ('{"layout": {"command": "python3"}}', "layout.command must be a list of texts, not 'python3'"),
        ('{"layout": {"worker": "yes"}}', "layout.worker must be true or false, not 'yes'"),
    ],
)
def test_a_wrong_file_is_explained(write: Any, text: str, message: str) -> None:
    with pytest.raises(OperationError, match=message):
        write(text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="cannot be read: "):
        stand_ins.write(tmp_path / "none.json")
