"""Child processes end when they must, with everything they started, and are signalled once."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from operations import process
from operations.errors import OperationError
from operations.interrupts import deferred, stop_on_signals, uninterrupted

# Ignores SIGINT, and so does its own child.
STUBBORN = "trap '' INT; sleep 60 & echo $! > {0}.part; mv {0}.part {0}; while :; do wait; done"


def _gone(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the condition was never met"


def _wait_for(file: Path) -> int:
    _wait_until(file.exists)
    return int(file.read_text())


def test_exit_code_and_output_are_returned() -> None:
    done = process.run(["sh", "-c", "echo out; exit 3"], timeout_seconds=10, capture=True)
    assert (done.returncode, done.stdout) == (3, "out\n")


def test_a_log_gets_both_streams_one_run_after_the_other(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name in ("one", "two"):
        process.run(["sh", "-c", f"echo {name}; echo {name} >&2"], timeout_seconds=10, log=log)
    assert log.read_text() == "one\none\ntwo\ntwo\n"


def test_a_child_that_takes_too_long_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grandchild = tmp_path / "pid"

    def over(_child: subprocess.Popen[str], **_options: object) -> None:
        _wait_for(grandchild)
        raise subprocess.TimeoutExpired("sh", 7)

    real = subprocess.Popen.communicate
    calls: Iterator[Callable[..., Any]] = iter([over, real, real])
    monkeypatch.setattr(
        subprocess.Popen, "communicate", lambda child, **options: next(calls)(child, **options)
    )
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.1)
    with pytest.raises(OperationError, match="sh did not end within 7 s"):
        process.run(["sh", "-c", STUBBORN.format(grandchild)], timeout_seconds=7)
    pid = int(grandchild.read_text())
    _wait_until(lambda: _gone(pid))


def test_the_time_limit_is_kept() -> None:
    with pytest.raises(OperationError, match="sleep did not end within 0 s"):
        process.run(["sleep", "60"], timeout_seconds=0.01)


@pytest.fixture
def in_foreground() -> Iterator[None]:
    """Handle SIGINT: a shell's background processes, such as the test runner, ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_foreground")
def test_an_interrupt_reaches_the_child_before_us(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ready, signalled = tmp_path / "ready", tmp_path / "signalled"
    script = (
        f"trap 'echo yes > {signalled}; echo child >&2; exit' INT;"
        f"echo $$ > {ready}.part; mv {ready}.part {ready};"
        "while :; do sleep 0.05; done"
    )

    def interrupt() -> None:
        _wait_for(ready)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        process.run(["sh", "-c", script], timeout_seconds=30)
    thread.join()
    assert signalled.read_text() == "yes\n"
    # First, because a child may take long to end.
    assert capfd.readouterr().err == "Stopping ...\nchild\n"


def test_a_closed_terminal_does_not_keep_the_child_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[subprocess.Popen[str]] = []
    real = subprocess.Popen.communicate

    def interrupted(child: subprocess.Popen[str], **options: Any) -> Any:
        if not made:
            made.append(child)
            raise KeyboardInterrupt
        return real(child, **options)

    def closed(*_args: object, **_options: object) -> None:
        raise OSError(errno.EIO, "closed")

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    monkeypatch.setattr(sys.stderr, "write", closed)
    with pytest.raises(KeyboardInterrupt):
        process.run(["sleep", "60"], timeout_seconds=30)
    assert made[0].poll() == -signal.SIGINT


def test_an_interrupt_just_after_the_child_s_end_is_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(child: subprocess.Popen[str], **_options: object) -> None:
        child.wait()
        raise KeyboardInterrupt

    real = subprocess.Popen.communicate
    calls: Iterator[Callable[..., Any]] = iter([late, real])
    monkeypatch.setattr(
        subprocess.Popen, "communicate", lambda child, **options: next(calls)(child, **options)
    )
    with pytest.raises(KeyboardInterrupt):
        process.run(["true"], timeout_seconds=10)


def test_an_interrupt_while_the_child_starts_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[subprocess.Popen[str]] = []
    real = subprocess.Popen.__init__

    def interrupted(child: subprocess.Popen[str], *args: Any, **options: Any) -> None:
        real(child, *args, **options)
        made.append(child)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(subprocess.Popen, "__init__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        process.run(["sleep", "60"], timeout_seconds=30)
    assert made[0].poll() == -signal.SIGINT


def test_a_missing_command_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        process.run(["no-such-command"], timeout_seconds=10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_term_and_hangup_end_the_program_like_ctrl_c(number: signal.Signals) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        stop_on_signals()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        with uninterrupted():
            signal.raise_signal(number)
        continued: list[bool] = []
        with pytest.raises(KeyboardInterrupt):
            _interrupted_but_deferred(number, continued)
        assert continued
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _interrupted_but_deferred(number: signal.Signals, continued: list[bool]) -> None:
    with deferred():
        signal.raise_signal(number)
        continued.append(True)
