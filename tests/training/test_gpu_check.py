"""The GPU's check, on a CPU: it passes there when it is asked for, and says so where there is no GPU."""

import subprocess
import sys
from pathlib import Path

import pytest

from operations import exits, gpu_check

ROOT = Path(__file__).resolve().parents[2]


def test_the_check_trains_interrupts_resumes_and_compares(
    python: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gpu_check.check(str(python), "cpu") == 0
    said = capsys.readouterr().out
    assert "interrupted after 2 and resumed with the same result, with 0 bytes" in " ".join(said.split())


def test_where_there_is_no_gpu_it_says_so(python: Path) -> None:
    script = f"import sys; from operations.gpu_check import check; sys.exit(check({str(python)!r}, 'cuda'))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"CUDA_VISIBLE_DEVICES": "", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == exits.NOT_HERE, done.stderr
    assert "finds no GPU" in done.stdout
