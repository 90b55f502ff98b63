"""verify-REPORT.json has every result and answer, and neither the account's id nor anything like a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scripts.operations.tests.verify.worlds import ACCOUNT, environment

from operations.verify import report, surroundings
from operations.verify.command import conclude
from operations.verify.results import Result, Status

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PASSED = Result(name="retry", status=Status.PASSED, seconds=1.26, detail="fine")
FAILED = Result(
    name="redrive",
    status=Status.FAILED,
    seconds=2,
    detail=f"AccessDenied: arn:aws:iam::{ACCOUNT}:role/x, AKIA{'A' * 16}, {'AbC1' * 60}",
)
ANSWERED = Result(
    name="poll-hold", status=Status.ANSWERED, seconds=60, detail="60 s", value={"seconds": 60.0}
)


def run(*results: Result, cleaned_up: bool = True) -> report.Run:
    return report.Run(
        started="2026-11-29T12:00:00+00:00",
        seconds=100.0,
        apply_seconds=50.0,
        cleaned_up=cleaned_up,
        estimated_usd=0.4567,
        surroundings=surroundings.of(environment(), [], ACCOUNT),
        results=results,
    )


def written(ended: report.Run, folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(report.write(ended, folder).read_text())
    return document


def test_it_has_the_results_and_the_answers(tmp_path: Path) -> None:
    document = written(run(PASSED, ANSWERED), tmp_path)
    assert (document["schema"], document["succeeded"], document["cloud"]) == (1, True, "aws")
    assert document["checks"][0] == {"name": "retry", "status": "passed", "seconds": 1.3, "detail": "fine"}
    assert document["answers"] == {"poll-hold": {"seconds": 60.0}}
    assert document["estimated_usd"] == 0.46
    assert set(document["versions"]) == {"project", "commit", "python", "boto3", "terraform"}


def test_it_names_neither_the_account_nor_a_secret(tmp_path: Path) -> None:
    text = report.write(run(FAILED), tmp_path).read_text()
    assert ACCOUNT not in text
    assert "arn:aws:iam::********9012:role/x" in text
    assert "AKIA" not in text
    assert "AbC1AbC1" not in text
    assert json.loads(text)["account"] == "********9012"


def test_what_failed_or_was_left_makes_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert conclude(run(PASSED, ANSWERED)) == 0
    assert conclude(run(PASSED, FAILED)) == 1
    assert not json.loads((tmp_path / report.FILE).read_text())["succeeded"]
    assert conclude(run(PASSED, cleaned_up=False)) == 1
    assert not json.loads((tmp_path / report.FILE).read_text())["cleaned_up"]
