""".ci/run runs every suite whatever the one before says, and ends with what each runner said."""

import shutil
import subprocess
from pathlib import Path

import pytest

PASSED = "===== 3 passed in 0.10s ====="
TERRAFORM = "66 passed, 0 failed"
FAILED = "===== 1 failed, 2 passed in 0.10s ====="


def run(root: Path, folder: Path, makefile: str, engine: int = 0) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with this Makefile; scripts/docker-engine start exits with `engine`."""
    for part in (".ci", "scripts"):
        (folder / part).mkdir()
    shutil.copy2(root / ".ci/run", folder / ".ci/run")
    script = folder / "scripts/docker-engine"
    script.write_text(f'#!/bin/sh\necho "docker-engine $1"\n[ "$1" = stop ] || exit {engine}\n')
    script.chmod(0o755)
    (folder / "Makefile").write_text(makefile)
    return subprocess.run(["bash", ".ci/run"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("codes", "code"),
    [((0, 0, 0), 0), ((1, 0, 0), 1), ((0, 1, 0), 1), ((0, 0, 1), 1), ((1, 1, 1), 1)],
    ids=str,
)
def test_every_suite_runs(codes: tuple[int, ...], code: int, root: Path, tmp_path: Path) -> None:
    said = [FAILED if one else PASSED for one in codes]
    done = run(
        root,
        tmp_path,
        f"test:\n\t@echo noise; echo '{said[0]}'; echo '{TERRAFORM}'; exit {codes[0]}\n"
        f"integration-test:\n\t@echo noise; echo '{said[1]}'; exit {codes[1]}\n"
        f"image-test:\n\t@echo '{said[2]}'; exit {codes[2]}\n",
    )
    assert done.returncode == code
    summary = done.stdout.split("=== make test said\n")[1].splitlines()
    assert summary[:6] == [
        *(said[0], TERRAFORM, "=== make integration-test said", said[1]),
        *("=== make image-test said", said[2]),
    ]
    for target, failed in zip(("test", "integration-test", "image-test"), codes, strict=True):
        assert (f"FAILED: make {target}" in summary) is bool(failed)
    assert summary[-1] == "docker-engine stop"


@pytest.mark.parametrize(("engine", "code"), [(3, 0), (1, 1)])
def test_without_a_docker_engine_the_lane_is_left_out_loudly(
    engine: int, code: int, root: Path, tmp_path: Path
) -> None:
    done = run(root, tmp_path, f"test integration-test:\n\t@echo '{PASSED}'\n", engine)
    assert done.returncode == code
    assert ("LEFT OUT: make image-test" in done.stdout) is (engine == 3)
    assert ("FAILED: scripts/docker-engine start" in done.stdout) is (engine != 3)


def test_a_suite_that_ran_nothing_is_seen(root: Path, tmp_path: Path) -> None:
    done = run(root, tmp_path, "test integration-test image-test:\n\t@echo noise\n")
    assert done.stdout.count("nothing: no test ran") == 3
    assert done.returncode == 1
