"""KNOWN=FILE names checks and reasons; anything else in it is refused by name."""

from pathlib import Path

import pytest
from scripts.operations.tests.verify.worlds import environment

from operations import paths
from operations.errors import OperationError
from operations.verify import catalogue, known

CHECKS = ["abort-lambda", "redrive"]


def write(folder: Path, text: str) -> str:
    (folder / "known.toml").write_text(text)
    return str(folder / "known.toml")


def test_reasons_and_what_need_not_run(tmp_path: Path) -> None:
    file = write(tmp_path, 'redrive = "not there"\nabort-lambda = { reason = "waits", run = false }\n')
    found = known.read(file, CHECKS)
    assert (found["redrive"].reason, found["redrive"].run) == ("not there", True)
    assert (found["abort-lambda"].reason, found["abort-lambda"].run) == ("waits", False)


def test_without_a_file_nothing_is_known() -> None:
    assert known.read("", CHECKS) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('nonsense = "x"', "'nonsense', which is no check: they are abort-lambda, redrive"),
        ("redrive = 3", "redrive must be a reason in quotes, not 3"),
        ('redrive = ""', "redrive must be a reason in quotes"),
        ('redrive = { reason = "x", run = "no" }', "may set only reason and run"),
        ('redrive = { reason = "x", skip = true }', "may set only reason and run"),
        ("redrive", "cannot be read"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(OperationError, match=message):
        known.read(write(tmp_path, text), CHECKS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="cannot be read"):
        known.read(str(tmp_path / "none.toml"), CHECKS)


def test_the_second_clouds_list_names_checks() -> None:
    checks = catalogue.checks_for(
        environment(trainings={}), trains_on="ml.m5.large", environment_trains_on="ml.m5.large"
    )
    names = catalogue.names(checks)
    found = known.read(str(paths.ROOT / "tests/second_cloud/verify-known.toml"), names)
    # What MiniStack can judge stays unlisted.
    assert {"execution-lambda", "one-at-a-time", "failure-lambda", "wake-up-poll"} <= set(names) - set(found)
