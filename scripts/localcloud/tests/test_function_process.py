"""A function's process, without a cloud around it."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from cloud import wait_for

from localcloud.lambdas.process import FunctionProcess, Launch


def test_a_process_that_is_gone_is_not_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the thread that waits for it does not know yet."""
    original = subprocess.Popen._handle_exitstatus  # type: ignore[attr-defined]

    def late(process: Any, *arguments: Any) -> None:
        time.sleep(1)
        original(process, *arguments)

    monkeypatch.setattr(subprocess.Popen, "_handle_exitstatus", late)
    (tmp_path / "awslambdaric.py").write_text("")
    launch = Launch(python=sys.executable, handler="x.y", code=tmp_path, environment={})
    process = FunctionProcess(launch)
    wait_for(lambda: not psutil.pid_exists(process._process.pid))
    assert not process.alive
    process.kill()
