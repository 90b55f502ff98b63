""".ci/run runs both suites whatever the first says, and ends with what each runner said."""

import shutil
import subprocess
from pathlib import Path

import pytest

PASSED = "===== 3 passed in 0.10s ====="
TERRAFORM = "66 passed, 0 failed"
FAILED = "===== 1 failed, 2 passed in 0.10s ====="


@pytest.mark.parametrize(
    ("codes", "code"), [((0, 0), 0), ((1, 0), 1), ((0, 1), 1), ((1, 1), 1)], ids=lambda value: str(value)
)
def test_both_suites_run(codes: tuple[int, int], code: int, root: Path, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy2(root / ".ci/run", tmp_path / ".ci/run")
    said = [FAILED if one else PASSED for one in codes]
    (tmp_path / "Makefile").write_text(
        f"test:\n\t@echo noise; echo '{said[0]}'; echo '{TERRAFORM}'; exit {codes[0]}\n"
        f"integration-test:\n\t@echo noise; echo '{said[1]}'; exit {codes[1]}\n"
    )
    done = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == code
    summary = done.stdout.split("=== make test said\n")[1].splitlines()
    assert summary[:4] == [said[0], TERRAFORM, "=== make integration-test said", said[1]]
    assert ("FAILED: make test" in summary) is bool(codes[0])
    assert ("FAILED: make integration-test" in summary) is bool(codes[1])


def test_a_suite_that_ran_nothing_is_seen(root: Path, tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy2(root / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / "Makefile").write_text("test integration-test:\n\t@echo noise\n")
    done = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.count("nothing: no test ran") == 2
    assert done.returncode == 1
