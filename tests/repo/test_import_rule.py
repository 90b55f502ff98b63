"""The library's import rule is enforced: an import against it fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = "functions/common/src/activity_dispatch"
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The library and its import rule, to break."""
    shutil.copytree(
        root / LIBRARY, tmp_path / "activity_dispatch", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    # The copy precedes the installed library.
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_library_keeps_it(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("domain/tasks.py", "activity_dispatch.store.task_table"),
        ("report/reporter.py", "activity_dispatch.reconcile.next_step"),
        ("lifecycle/settler.py", "activity_dispatch.store.dynamodb.slots"),
        ("worker/container/parts.py", "activity_dispatch.worker.lambda_function"),
        ("dispatch/taker.py", "activity_dispatch.testing"),
        ("testing/stack.py", "activity_dispatch.runtime.composition"),
    ],
)
def test_an_import_against_it_fails(copy: Path, module: str, imported: str) -> None:
    with (copy / "activity_dispatch" / module).open("a") as file:
        file.write(f"import {imported}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert imported in done.stdout


def test_a_new_package_needs_a_place(copy: Path) -> None:
    (copy / "activity_dispatch/elsewhere").mkdir()
    (copy / "activity_dispatch/elsewhere/__init__.py").touch()
    done = lint(copy)
    assert done.returncode == 1
    assert "elsewhere" in done.stdout
