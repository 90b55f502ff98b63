"""One process that runs a function with AWS's own runtime client, and its output."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.lambdas.runtime_api import Invocation, Response, RuntimeApi

# Above this size, the log file is emptied between two invocations.
_LOG_KEPT_BYTES = 1_048_576


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How to start the process: everything is the function's, nothing is LocalStack's."""

    python: str
    handler: str
    code: Path
    environment: Mapping[str, str]


class FunctionProcess:
    """A runtime client in its own process group, with a private TMPDIR and HOME."""

    def __init__(self, launch: Launch) -> None:
        """Start it; `await_init` returns when it can be invoked."""
        self.api = RuntimeApi()
        self._home = tempfile.mkdtemp(prefix="function-")
        self._log = tempfile.TemporaryFile(mode="a+b", prefix="function-log-")  # noqa: SIM115
        self._log_read = 0
        self._reading = threading.Lock()
        try:
            self._process = self._start(launch)
        except OSError:
            self.api.close()
            self._discard_files()
            raise
        threading.Thread(target=self._watch, name="function-exit", daemon=True).start()

    def _start(self, launch: Launch) -> subprocess.Popen[bytes]:
        environment = dict(launch.environment)
        environment |= {"AWS_LAMBDA_RUNTIME_API": self.api.address, "HOME": self._home}
        environment.setdefault("TMPDIR", self._home)
        return subprocess.Popen(
            [launch.python, "-m", "awslambdaric", launch.handler],
            cwd=launch.code,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _watch(self) -> None:
        self._process.wait()
        self.api.process_exited()

    @property
    def alive(self) -> bool:
        """Whether it can still be invoked."""
        if self._process.returncode is not None:
            return False
        try:
            # Not poll(): while another thread waits, and shortly after, it calls the process alive.
            state = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return state is None

    @property
    def exit_description(self) -> str:
        """How it ended, in Lambda's wording."""
        status = self._process.wait()
        if status < 0:
            # Like Go: "killed" for SIGKILL, the C library's text in lower case.
            return f"signal: {(signal.strsignal(-status) or str(-status)).lower()}"
        return f"exit status {status}"

    def invoke(self, invocation: Invocation, timeout_seconds: float) -> Response:
        """Run one invocation; see RuntimeApi.invoke for what it raises."""
        return self.api.invoke(invocation, timeout_seconds)

    def take_log(self, *, whole_lines: bool = False) -> str:
        """Return what has been written since the last call; whole lines while it still writes."""
        with self._reading:
            if self._log.closed:
                return ""
            descriptor = self._log.fileno()
            size = os.fstat(descriptor).st_size
            text = os.pread(descriptor, size - self._log_read, self._log_read)
            if whole_lines:
                text = text[: text.rfind(b"\n") + 1]
            self._log_read += len(text)
            if size > _LOG_KEPT_BYTES and not whole_lines:
                os.ftruncate(descriptor, 0)
                self._log_read = 0
            return text.decode(errors="replace")

    def peak_memory_mb(self) -> int:
        """Return its peak memory in MiB; 0 if the system does not report it."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
        return -(-int(peak.split()[1]) // 1024) if peak else 0

    def crash(self) -> bool:
        """Kill it as if it had crashed, and notify its waiter; false if it had already ended."""
        was_alive = self.alive
        with contextlib.suppress(ProcessLookupError):  # It may be ending by itself.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return was_alive

    def kill(self) -> None:
        """Kill it and every process in its group, and remove its files."""
        self.api.close()
        with contextlib.suppress(ProcessLookupError):  # The group may be gone already.
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._discard_files()

    def _discard_files(self) -> None:
        with self._reading:
            self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)
