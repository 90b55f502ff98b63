"""`make gpu-check` tells a machine without a GPU from a training that does not work."""

import copy
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from operations import exits, gpu_check
from operations.errors import OperationError

GOOD = {
    "device": "cuda",
    "peak_gpu_bytes": 1000,
    "metrics": {"validation_accuracy": 0.98},
    "confusion": [[1]],
    "history": {"resumed_after": [2]},
}

# Stands for an interpreter with PyTorch and a GPU: answers the probe, and trains by sleeping.
PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then echo '{"torch": "2.0", "gpu": "a GPU", "problem": null}'; exit; fi
trap 'exit "$ENDS_WITH"' TERM
mkdir -p "$SAGEMAKER_BASE_DIR/model"
[ "$(basename "$SAGEMAKER_BASE_DIR")" = resumed ] && [ ! -e "$SAGEMAKER_BASE_DIR/again" ] && {
  touch "$SAGEMAKER_BASE_DIR/again"
  echo epoch=1/6
  echo epoch=2/6
  while :; do sleep 0.05; done
}
cp "$RESULT" "$SAGEMAKER_BASE_DIR/model/metrics.json"
"""


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    script = tmp_path / "python"
    script.write_text(PYTHON)
    script.chmod(0o755)
    (tmp_path / "result").write_text(json.dumps(GOOD))
    monkeypatch.setenv("RESULT", str(tmp_path / "result"))
    monkeypatch.setenv("ENDS_WITH", "143")
    return script


def test_a_training_that_resumes_on_the_gpu_passes(python: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu_check.check(str(python), "cuda") == 0
    assert "The training on a GPU, PyTorch 2.0" in capsys.readouterr().out


def test_a_training_that_does_not_stop_in_good_order_fails(
    python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDS_WITH", "7")
    with pytest.raises(OperationError, match="ended with 7, not 143"):
        gpu_check.check(str(python), "cuda")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"device": "cpu"}, "it used cpu"),
        ({"peak_gpu_bytes": 0}, "it allocated 0 bytes"),
        ({"metrics": {"validation_accuracy": 0.9}}, "its accuracy is 0.9000, less than 0.97"),
        ({"history": {"resumed_after": []}}, r"it resumed after \[\]"),
        ({"history": {"resumed_after": [6]}}, r"it resumed after \[6\]"),
        ({"confusion": [[2]]}, ".*its confusion are"),
    ],
)
def test_each_broken_promise_is_named(change: Any, problem: str) -> None:
    resumed = {**copy.deepcopy(GOOD), **change}
    found = list(gpu_check._problems(GOOD, resumed, "cuda"))
    assert len([line for line in found if re.match(problem, line)]) == 1, found


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ('echo \'{"problem": "it has no PyTorch (a)"}\'', "it has no PyTorch"),
        ('echo \'{"torch": "2", "gpu": null, "problem": "finds no GPU"}\'', "finds no GPU"),
        ("echo broken >&2; exit 1", "it fails: broken"),
    ],
)
def test_a_machine_without_a_gpu_has_an_exit_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: str, problem: str
) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{answer}\n")
    script.chmod(0o755)
    assert gpu_check.check(str(script), "cuda") == exits.NOT_HERE == 3
    assert problem in capsys.readouterr().out


def test_an_interpreter_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu_check.check(f"{os.sep}no-such-python", "cuda") == exits.NOT_HERE
    assert "it cannot be run (No such file or directory)" in capsys.readouterr().out
