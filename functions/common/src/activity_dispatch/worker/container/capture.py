"""Passes on what the program prints as it comes, and keeps what is needed of it."""

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

from activity_dispatch.domain.limits import MAX_LINE_CHARACTERS
from activity_dispatch.worker.container.files import MAX_OUTPUT_BYTES
from activity_dispatch.worker.log_tail import LogTail

CHUNK_BYTES = 65_536
MEMORY_BYTES = 1_048_576
# The program and all it started are gone by then; only a process that escaped can keep a pipe open.
DRAIN_SECONDS = 5.0


class Spool:
    """Keeps a stream of up to 16 MiB, on disk what is over 1 MiB; of a longer one only that it was."""

    def __init__(self, folder: Path) -> None:
        """Start empty."""
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (see `close`)
            max_size=MEMORY_BYTES, dir=str(folder)
        )
        self._size = 0

    def add(self, data: bytes) -> None:
        """Keep some more."""
        if self._size <= MAX_OUTPUT_BYTES and not self._file.closed:
            self._file.write(data[: MAX_OUTPUT_BYTES + 1 - self._size])
        self._size += len(data)

    def read(self) -> bytes:
        """Return what was kept, one byte over the limit of what was longer."""
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        """Forget it all."""
        self._file.close()


class Lines:
    """Splits a stream into lines for a tail; of an endless line only the beginning is kept."""

    def __init__(self, tail: LogTail) -> None:
        """Start at the beginning of a line."""
        self._tail, self._rest = tail, b""

    def add(self, data: bytes) -> None:
        """Take some more."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = self._rest + lines[0]
            self._rest = b""
            # More than the tail holds would be decoded for nothing.
            for line in lines[-_MOST_LINES:]:
                self._tail.add(line[: 4 * MAX_LINE_CHARACTERS].decode(errors="replace"))
        self._rest += rest[: max(0, 4 * MAX_LINE_CHARACTERS - len(self._rest))]

    def close(self) -> None:
        """Take what is left for a line."""
        self._tail.add(self._rest.decode(errors="replace"))
        self._rest = b""


_MOST_LINES = 100


class Pump(threading.Thread):
    """Reads a pipe to its end, writes all to `target` and gives it to the sinks.

    A target that nobody reads any more is no reason to stop: the program would block or die of it.
    """

    def __init__(self, target: int, *sinks: Callable[[bytes], None]) -> None:
        """Make the pipe; `write_end` is for the program and is to be closed here once it has it."""
        super().__init__(name=f"pump-{target}", daemon=True)
        self._read_end, self.write_end = os.pipe()
        self._target: int | None = target
        self._sinks = sinks

    def run(self) -> None:
        """Pump until nobody can write any more."""
        with os.fdopen(self._read_end, "rb", buffering=0) as pipe:
            while data := pipe.read(CHUNK_BYTES):
                for sink in self._sinks:
                    sink(data)
                self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        try:
            while data and self._target is not None:
                data = data[os.write(self._target, data) :]
        except OSError:
            self._target = None


class Capture:
    """The program's stdout and stderr: both passed on, the last lines of both kept, stdout's text too.

    What is kept on disk is gone with the end of the block.
    """

    def __init__(self, folder: Path, *, keep_stdout: bool) -> None:
        """Make the pipes."""
        self._tail = LogTail([])
        self._lines = (Lines(self._tail), Lines(self._tail))
        self._spool = Spool(folder) if keep_stdout else None
        sinks = [self._lines[0].add]
        if self._spool is not None:
            sinks.append(self._spool.add)
        self._pumps = (Pump(1, *sinks), Pump(2, self._lines[1].add))

    def __enter__(self) -> Self:
        """Nothing to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget stdout's text."""
        self.finish()
        if self._spool is not None:
            self._spool.close()

    @property
    def write_ends(self) -> tuple[int, int]:
        """The program's stdout and stderr."""
        return self._pumps[0].write_end, self._pumps[1].write_end

    def begin(self) -> None:
        """The program has the write ends: close ours, and pump."""
        for pump in self._pumps:
            os.close(pump.write_end)
            pump.start()

    def finish(self) -> None:
        """Wait until all that was printed has been passed on."""
        for pump, lines in zip(self._pumps, self._lines, strict=True):
            pump.join(DRAIN_SECONDS)
            lines.close()

    def stdout(self) -> bytes | None:
        """What the program wrote to stdout, None if that is not wanted. After `finish`."""
        return None if self._spool is None else self._spool.read()

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines of stdout and stderr, as they came."""
        return self._tail.lines
