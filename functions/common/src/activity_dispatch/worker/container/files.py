"""The files that a program and its worker exchange."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from activity_dispatch.worker.progress import MAX_PROGRESS_BYTES, progress_line

# Step Functions accepts 256 KiB; larger outputs go to S3, through the worker's memory.
MAX_OUTPUT_BYTES = 16 * 1_048_576
MAX_ERROR_FILE_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class TaskFiles:
    """The files of one task, in a folder that only the container's user can enter."""

    folder: Path

    @property
    def input(self) -> Path:
        """Holds the task's input, JSON."""
        return self.folder / "input.json"

    @property
    def output(self) -> Path:
        """For the program's output, JSON."""
        return self.folder / "output.json"

    @property
    def error(self) -> Path:
        """For the program's own error name and message, JSON."""
        return self.folder / "error.json"

    @property
    def progress(self) -> Path:
        """For the program's progress; the last line counts."""
        return self.folder / "progress"

    def environment(self, task_id: str) -> Mapping[str, str]:
        """Return the environment variables that describe the task to the program."""
        return {
            "TASK_ID": task_id,
            "TASK_INPUT": str(self.input),
            "TASK_OUTPUT": str(self.output),
            "TASK_ERROR": str(self.error),
            "TASK_PROGRESS": str(self.progress),
        }


@contextmanager
def task_files(task_input: str) -> Iterator[TaskFiles]:
    """Create the folder and the input file; remove the folder and all its content afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="task-"))
    try:
        files = TaskFiles(folder=folder)
        files.input.write_text(task_input, encoding="utf-8")
        yield files
    finally:
        # The program may have created folders that cannot be removed: they vanish with the container.
        shutil.rmtree(folder, ignore_errors=True)


def read_limited(path: Path, limit: int) -> bytes | None:
    """Return at most `limit` + 1 bytes of a regular file, None if it is missing or empty."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(limit + 1) or None


def last_line(path: Path, limit: int = MAX_PROGRESS_BYTES) -> str | None:
    """Return the last non-empty line, cut to `limit` bytes of UTF-8; None if there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 4 * limit))
        # Cut after decoding: replacement characters are longer than the bytes they replace.
        return progress_line(file.read(4 * limit).decode(errors="replace"), limit)
