"""Passes the program's output on as it arrives, and keeps what the worker needs."""

import codecs
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

from activity_dispatch.domain.log_lines import LineSplitter
from activity_dispatch.worker.container.files import MAX_OUTPUT_BYTES
from activity_dispatch.worker.log_tail import LogTail

CHUNK_BYTES = 65_536
MEMORY_BYTES = 1_048_576
# The program and its descendants have ended by then; only an escaped process can keep a pipe open.
DRAIN_SECONDS = 5.0


class Spool:
    """Keeps a stream of up to 16 MiB, on disk if over 1 MiB; one byte more shows that it was longer."""

    def __init__(self, folder: Path) -> None:
        """Start empty."""
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (see `close`)
            max_size=MEMORY_BYTES, dir=str(folder)
        )
        self._size = 0

    def add(self, data: bytes) -> None:
        """Keep more of the stream."""
        if self._size <= MAX_OUTPUT_BYTES and not self._file.closed:
            self._file.write(data[: MAX_OUTPUT_BYTES + 1 - self._size])
        self._size += len(data)

    def read(self) -> bytes:
        """Return the stream; one that was too long is cut to one byte over the limit."""
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        """Discard what was kept."""
        self._file.close()


class Lines:
    """Splits a stream into lines for a tail."""

    def __init__(self, tail: LogTail) -> None:
        """Start at the beginning of a line."""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._splitter = LineSplitter(tail.add)

    def add(self, data: bytes) -> None:
        """Split more of the stream."""
        self._splitter.add(self._decoder.decode(data))

    def close(self) -> None:
        """Keep the rest as the last line."""
        self._splitter.add(self._decoder.decode(b"", final=True))
        self._splitter.close()


class Pump(threading.Thread):
    """Reads a pipe to its end, and passes everything to the sinks and the file descriptor `target`.

    It goes on when the target can't be written any more: otherwise the program would block or die.
    """

    def __init__(self, target: int, *sinks: Callable[[bytes], None]) -> None:
        """Create the pipe; `write_end` is the program's, to be closed here after the program's start."""
        super().__init__(name=f"pump-{target}", daemon=True)
        self._read_end, self.write_end = os.pipe()
        self._target: int | None = target
        self._sinks = sinks

    def run(self) -> None:
        """Pump until every write end is closed."""
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
    """Passes the program's stdout and stderr on; keeps the last lines of both and, if wanted, all of stdout.

    At the end of the block, stdout's content is discarded.
    """

    def __init__(self, folder: Path, *, keep_stdout: bool) -> None:
        """Create the pipes; `folder` holds stdout's content if it is large."""
        self._tail = LogTail([])
        self._lines = (Lines(self._tail), Lines(self._tail))
        self._spool = Spool(folder) if keep_stdout else None
        sinks = [self._lines[0].add]
        if self._spool is not None:
            sinks.append(self._spool.add)
        self._pumps = (Pump(1, *sinks), Pump(2, self._lines[1].add))

    def __enter__(self) -> Self:
        """Return the capture; `begin` starts it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish, and discard stdout's content."""
        self.finish()
        if self._spool is not None:
            self._spool.close()

    @property
    def write_ends(self) -> tuple[int, int]:
        """The file descriptors of the program's stdout and stderr."""
        return self._pumps[0].write_end, self._pumps[1].write_end

    def begin(self) -> None:
        """Start pumping; the program has the write ends, so close ours."""
        for pump in self._pumps:
            os.close(pump.write_end)
            pump.start()

    def finish(self) -> None:
        """Wait until all output has been passed on, for up to 5 s per stream."""
        for pump, lines in zip(self._pumps, self._lines, strict=True):
            pump.join(DRAIN_SECONDS)
            lines.close()

    def stdout(self) -> bytes | None:
        """Return the program's stdout, None if it is not kept. To be called after `finish`."""
        return None if self._spool is None else self._spool.read()

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines of stdout and stderr, in order of arrival."""
        return self._tail.lines
