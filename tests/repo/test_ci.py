""".ci/run runs every suite, even when another fails, and ends with each runner's summary."""

import shutil
import subprocess
from pathlib import Path

import pytest

TARGETS = (
    *("test", "deep-test", "states-test", "running-test"),
    *("integration-test", "verify-test", "second-cloud-test", "browser-test", "image-test"),
)
SETUP = "setup zip build/stamps/checkov build/stamps/asl build/stamps/second-cloud:\n"
COMMIT = ["-c", "user.name=ci", "-c", "user.email=ci@example.com", "commit", "--quiet"]
PASSED = "===== 3 passed in 0.10s ====="
TERRAFORM = "66 passed, 0 failed"
FAILED = "===== 1 failed, 2 passed in 0.10s ====="


def run(
    root: Path, folder: Path, makefile: str, engine: int = 0, browser: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with this Makefile; what looks for an engine and a browser exits as it is told."""
    for part in (".ci", "scripts"):
        (folder / part).mkdir()
    shutil.copy2(root / ".ci/run", folder / ".ci/run")
    script = folder / "scripts/docker-engine"
    script.write_text(f'#!/bin/sh\necho "docker-engine $1"\n[ "$1" = stop ] || exit {engine}\n')
    script.chmod(0o755)
    (folder / "scripts/chromium").write_text(f"#!/bin/sh\nexit {browser}\n")
    (folder / "scripts/chromium").chmod(0o755)
    (folder / "Makefile").write_text(SETUP + makefile)
    (folder / ".gitignore").write_text("build/\n")
    for command in (["init", "--quiet"], ["add", "."], [*COMMIT, "--message=all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return subprocess.run(["bash", ".ci/run"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("failing", [(), *((target,) for target in TARGETS), TARGETS], ids=" ".join)
def test_every_suite_runs(failing: tuple[str, ...], root: Path, tmp_path: Path) -> None:
    outputs = {target: FAILED if target in failing else PASSED for target in TARGETS}
    recipes = [
        f"{target}:\n\t@echo noise; echo '{output}'; echo '{TERRAFORM}'; exit {int(target in failing)}\n"
        for target, output in outputs.items()
    ]
    done = run(root, tmp_path, "".join(recipes))
    assert done.returncode == bool(failing)
    summary, after = done.stdout.split("\n\n")[-1].split("=== seconds\n")
    assert summary.splitlines() == [
        line
        for target, output in outputs.items()
        for line in (f"=== make {target}: summary", output, TERRAFORM)
    ]
    seconds = [line.split()[-1] for line in after.splitlines() if line.startswith(" ")]
    assert seconds == [*TARGETS, "total"]
    for target in TARGETS:
        assert (f"FAILED: make {target}\n" in after) is (target in failing)
        assert f"[{target}] {outputs[target]}\n" in done.stdout
    assert after.endswith("docker-engine stop\n")


def test_suites_beside_another_cloud_have_checkouts_and_ports_of_their_own(
    root: Path, tmp_path: Path
) -> None:
    where = f"{' '.join(TARGETS)}:\n\t@echo \"$@ in $$PWD at $$EDGE_PORT\"; echo '{PASSED}'\n"
    done = run(root, tmp_path, where)
    assert done.returncode == 0, done.stdout
    for target, checkout, port in (
        ("second-cloud-test", "second", 4666),
        ("verify-test", "second", 4666),
        ("states-test", "third", 4667),
        ("running-test", "third", 4667),
    ):
        assert f"[{target}] {target} in {tmp_path / 'build/ci' / checkout} at {port}\n" in done.stdout
    assert f"[integration-test] integration-test in {tmp_path} at \n" in done.stdout


@pytest.mark.parametrize(("answer", "code"), [(3, 0), (1, 1)])
@pytest.mark.parametrize(
    ("target", "script"),
    [("image-test", "scripts/docker-engine start"), ("browser-test", "scripts/chromium")],
)
def test_what_cannot_run_here_is_reported_as_skipped(
    target: str, script: str, answer: int, code: int, root: Path, tmp_path: Path
) -> None:
    others = [each for each in TARGETS if each != target]
    answers = {"engine" if target == "image-test" else "browser": answer}
    done = run(root, tmp_path, f"{' '.join(others)}:\n\t@echo '{PASSED}'\n", **answers)
    assert done.returncode == code
    assert (f"SKIPPED: make {target}" in done.stdout) is (answer == 3)
    assert (f"FAILED: {script}\n" in done.stdout) is (answer != 3)


def test_a_suite_that_runs_no_test_fails(root: Path, tmp_path: Path) -> None:
    done = run(root, tmp_path, f"{' '.join(TARGETS)}:\n\t@echo noise\n")
    assert done.stdout.count("nothing: no test ran") == len(TARGETS)
    assert done.returncode == 1


def test_the_output_ends_with_what_failed(root: Path, tmp_path: Path) -> None:
    log = f"E   AssertionError: 3 is not 4\\nFAILED tests/test_it.py::test_it - Asser...\\n{FAILED}"
    recipes = f"{' '.join(TARGETS[1:])}:\n\t@echo '{PASSED}'\ntest:\n\t@printf '{log}\\n'; exit 1\n"
    lines = run(root, tmp_path, recipes).stdout.splitlines()
    assert lines[-4:-1] == [
        "E   AssertionError: 3 is not 4",
        "FAILED tests/test_it.py::test_it - Asser...",
        "FAILED: make test",
    ]


def test_the_lanes_exist(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    assert [target for target in TARGETS if f"\n{target}: " not in makefile] == []


def test_the_second_half_of_a_target_runs_even_if_the_first_fails(root: Path, tmp_path: Path) -> None:
    others = " ".join(target for target in TARGETS if target != "integration-test")
    makefile = f"{others} second:\n\t@echo '{PASSED}'\nfirst:\n\t@exit 1\nintegration-test: first second\n"
    done = run(root, tmp_path, makefile)
    assert done.returncode == 1
    assert f"[integration-test] {PASSED}" in done.stdout
    assert "FAILED: make integration-test\n" in done.stdout
