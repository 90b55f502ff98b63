"""The files through which a program and the worker talk."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Step Functions would take 256 KiB; what is larger goes to S3, and through the worker's memory.
MAX_OUTPUT_BYTES = 16 * 1_048_576
MAX_ERROR_FILE_BYTES = 65_536
MAX_PROGRESS_BYTES = 1_024


@dataclass(frozen=True, kw_only=True)
class TaskFiles:
    """Files of one task, in a folder that only the container's user can enter."""

    folder: Path

    @property
    def input(self) -> Path:
        """The task's input, JSON."""
        return self.folder / "input.json"

    @property
    def output(self) -> Path:
        """Where the program may write its output, JSON."""
        return self.folder / "output.json"

    @property
    def error(self) -> Path:
        """Where the program may name its own error."""
        return self.folder / "error.json"

    @property
    def progress(self) -> Path:
        """Where the program may say how far it is."""
        return self.folder / "progress"

    def environment(self, task_id: str) -> Mapping[str, str]:
        """What the program is told of its task."""
        return {
            "TASK_ID": task_id,
            "TASK_INPUT": str(self.input),
            "TASK_OUTPUT": str(self.output),
            "TASK_ERROR": str(self.error),
            "TASK_PROGRESS": str(self.progress),
        }


@contextmanager
def task_files(task_input: str) -> Iterator[TaskFiles]:
    """Make the folder with the input in it; it is gone afterwards, whatever the program put there."""
    folder = Path(tempfile.mkdtemp(prefix="task-"))
    try:
        files = TaskFiles(folder=folder)
        files.input.write_text(task_input, encoding="utf-8")
        yield files
    finally:
        # A program may have made folders that cannot be emptied: the container's end takes them.
        shutil.rmtree(folder, ignore_errors=True)


def read_limited(path: Path, limit: int) -> bytes | None:
    """Return at most `limit` + 1 bytes of a regular file, None if there is none or it is empty."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(limit + 1) or None


def last_line(path: Path, limit: int = MAX_PROGRESS_BYTES) -> str | None:
    """Return the last line that is not empty, cut to `limit` bytes of UTF-8."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 4 * limit))
        lines = [line for line in file.read(4 * limit).splitlines() if line.strip()]
    if not lines:
        return None
    # Decoded twice: replacement characters are longer than the bytes that they stand for.
    text = lines[-1].strip().decode(errors="replace")
    return text.encode()[:limit].decode(errors="ignore")
