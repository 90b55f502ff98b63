"""The wheels work where nothing else is: on each Python, in a project of its own, in a zip for Lambda."""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.packages.conftest import COMMAND, LIBRARY, ROOT, Environment, sh

MAX_ZIP_BYTES = 2_000_000
# What users call or install. The dispatcher's functions are for Lambda's Python 3.13.
LIBRARY_TESTS = ("aws", "backends", "domain", "lifecycle", "stepfunctions", "store", "testing", "worker")
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_console_command_runs(installed: Environment, tmp_path: Path) -> None:
    command = installed.folder / "bin/activity-dispatch"
    assert "Look into the stacks of activity-dispatch" in sh(command, "--help", cwd=tmp_path)
    assert "Error: --region: not given" in sh(
        "env", "-i", f"HOME={tmp_path}", command, "status", cwd=tmp_path, code=4
    )


def test_the_documented_tests_of_a_handler_pass(installed: Environment, tmp_path: Path) -> None:
    """The blocks of docs/testing.md, in their order, are a file of a user's project."""
    blocks = PYTHON.findall((ROOT / "docs/testing.md").read_text())
    (tmp_path / "test_report.py").write_text("\n\n".join(blocks))
    said = sh(installed.python, "-m", "pytest", "-W", "error", "test_report.py", cwd=tmp_path)
    assert "plugins: activity-dispatch-" in said
    assert "4 passed" in said


def test_the_library_passes_its_tests(installed: Environment) -> None:
    if installed.version == "3.13":
        pytest.skip("make unit-test runs them on Python 3.13")
    installed.install("hypothesis", "jsonschema", "moto[dynamodb,s3,sqs]", "pytest-xdist")
    # The installed library, not the one in the tree, is tested: its packages are under src folders.
    folders = [f"tests/unit/{name}" for name in LIBRARY_TESTS]
    said = sh(
        installed.python, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses=2", *folders, cwd=ROOT
    )
    print(said.splitlines()[-1])


def test_a_function_with_the_library_fits_into_a_small_zip(bare: Environment, tmp_path: Path) -> None:
    """Lambda has boto3, so the library does not bring it."""
    (tmp_path / "activity-dispatch").symlink_to(ROOT)
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "report.py").write_text("from activity_dispatch import processing_handler, task\n")
    path = f"{bare.python.parent}:{os.environ['PATH']}"
    for command in (
        "pip install --no-compile --target package ../activity-dispatch/functions/common",
        "cp report.py package/",
        "(cd package && zip --quiet --recurse-paths ../report.zip .)",
    ):
        sh("env", f"PATH={path}", "bash", "-ec", command, cwd=folder)
    assert not (folder / "package/botocore").exists()
    size = (folder / "report.zip").stat().st_size
    print(f"{size:,} bytes on Python {bare.version}")
    assert size < MAX_ZIP_BYTES


def test_the_source_distributions_build_the_same_wheels(
    built: Path, wheel: Callable[[str], Path], tmp_path: Path
) -> None:
    for name in (LIBRARY, COMMAND):
        (source,) = built.glob(f"{name.replace('-', '_')}-[0-9]*.tar.gz")
        uv = ROOT / "build/tools/bin/uv"
        sh(uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path / name, source)
        (again,) = (tmp_path / name).glob("*.whl")
        assert _files(again) == _files(wheel(name))


def _files(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as opened:
        return {each.filename: each.CRC for each in opened.infolist() if not each.filename.endswith("RECORD")}
