"""The whole command without a cloud: it asks, removes what it made whatever happens, and reports."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from scripts.operations.tests.verify.worlds import environment

from operations import paths
from operations.errors import OperationError
from operations.verify import command, packing, surroundings
from operations.verify.command import Plan
from operations.verify.results import Check, CheckFailed, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass
class FakeDeployment:
    """Notes what is done. `fails`: the steps that fail, with their errors."""

    fails: Mapping[str, BaseException] = field(default_factory=dict)
    left: bool = False
    done: list[str] = field(default_factory=list)
    package: Path = Path("job.zip")

    @property
    def log(self) -> Path:
        return paths.ROOT / "build/terraform.log"

    def locked(self) -> Any:
        return nullcontext()

    def is_left(self) -> bool:
        return self.left

    def apply(self, _variables: Any) -> Any:
        self._do("apply")
        return SimpleNamespace(name="x", stack=environment())

    def destroy(self) -> None:
        self._do("destroy")

    def _do(self, step: str) -> None:
        self.done.append(step)
        if step in self.fails:
            raise self.fails[step]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., FakeDeployment]:
    """Let verify run one check, which raises `error` or passes, on a deployment that fails as told."""
    monkeypatch.chdir(tmp_path)

    def prepare(error: BaseException | None = None, **options: Any) -> FakeDeployment:
        fake = FakeDeployment(**options)

        def run(_world: object) -> Finding:
            if error is not None:
                raise error
            return Finding(detail="fine")

        paginator = SimpleNamespace(paginate=lambda **_: [{"Contents": [{"Key": "verify/x/a.txt"}]}])
        s3 = SimpleNamespace(
            get_paginator=lambda _: paginator, delete_object=lambda **given: fake.done.append(given["Key"])
        )
        plan = Plan(
            env="local",
            name="x",
            stack=environment(),
            session=cast("Any", SimpleNamespace(client=lambda _: s3)),
            around=surroundings.of(environment(), [], None),
            checks=[Check(name="one", run=run)],
            known={},
        )
        monkeypatch.setattr(command, "prepare", lambda _env, _known: plan)
        monkeypatch.setattr(packing, "pack", lambda package: package)
        monkeypatch.setattr(Plan, "deployment", property(lambda _plan: fake))
        return fake

    return prepare


def report(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "verify-REPORT.json").read_text())
    return document


def test_a_run_that_passes(made: Callable[..., FakeDeployment], tmp_path: Path) -> None:
    fake = made()
    assert command.verify("local", "") == 0
    assert fake.done == ["apply", "destroy", "verify/x/a.txt"]
    assert report(tmp_path)["checks"][0]["status"] == "passed"


def test_a_check_that_fails_gives_exit_code_1_and_the_report_says_so(
    made: Callable[..., FakeDeployment], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = made(CheckFailed("two jobs ran at once"))
    assert command.verify("local", "") == 1
    assert "destroy" in fake.done
    assert report(tmp_path)["checks"][0] | {"seconds": 0} == {
        "name": "one",
        "status": "failed",
        "seconds": 0,
        "detail": "two jobs ran at once",
    }
    assert "two jobs ran at once" in capsys.readouterr().out


@pytest.mark.parametrize("step", ["apply", "check"])
def test_an_interrupt_removes_what_was_made(
    made: Callable[..., FakeDeployment], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    fake = made(fails={"apply": KeyboardInterrupt()} if step == "apply" else {})
    # Signals interrupt the main thread, which waits for the checks.
    monkeypatch.setattr(command, "run_all", interrupted)
    with pytest.raises(KeyboardInterrupt):
        command.verify("local", "")
    assert fake.done[:2] == ["apply", "destroy"]


def test_a_failed_apply_is_removed(made: Callable[..., FakeDeployment]) -> None:
    fake = made(fails={"apply": OperationError("terraform apply failed")})
    with pytest.raises(OperationError, match="terraform apply failed"):
        command.verify("local", "")
    assert fake.done[:2] == ["apply", "destroy"]


def test_a_failed_removal_is_reported_and_fails_the_run(
    made: Callable[..., FakeDeployment], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(fails={"destroy": OperationError("not everything was removed")})
    assert command.verify("local", "") == 1
    assert "FAILED: not everything was removed" in capsys.readouterr().out
    assert not report(tmp_path)["cleaned_up"]


def test_what_an_earlier_run_left_is_removed_first(made: Callable[..., FakeDeployment]) -> None:
    fake = made(left=True)
    assert command.verify("local", "") == 0
    assert fake.done[:3] == ["destroy", "apply", "destroy"]


def test_an_account_is_asked_for_and_nothing_is_made_without_a_yes(
    made: Callable[..., FakeDeployment], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = made()
    monkeypatch.delenv("AUTO_APPROVE", raising=False)
    monkeypatch.setattr(command, "announce", lambda _plan: 0.5)
    with pytest.raises(OperationError, match="there is no terminal"):
        command.verify("dev", "")
    assert fake.done == []
    monkeypatch.setenv("AUTO_APPROVE", "1")
    assert command.verify("dev", "") == 0
    capsys.readouterr()


def test_the_announcement_names_the_cost_and_what_is_made(
    made: Callable[..., FakeDeployment], capsys: pytest.CaptureFixture[str]
) -> None:
    made()
    plan = command.prepare("local", "")
    assert 0 < command.announce(Plan(**{**vars(plan), "env": "dev"})) < 1
    said = capsys.readouterr().out
    assert "at most about $0." in said
    assert "a stack x beside it" in said


def test_an_environment_that_is_not_deployed_is_refused(
    terraform_calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command.terraform.cloud, "must_answer", lambda _at: None)  # type: ignore[attr-defined]
    with pytest.raises(OperationError, match="nothing is deployed in local"):
        command.verify("local", "")
