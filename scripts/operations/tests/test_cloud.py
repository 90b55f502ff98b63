"""Whose cloud it is decides what may be stopped and destroyed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from operations import cloud, demo, deploy, local, outputs, paths
from operations.cloud import Cloud
from operations.errors import OperationError


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, ("127.0.0.1", 4566)),
        ({"EDGE_PORT": "4650"}, ("127.0.0.1", 4650)),
        ({"LOCALSTACK_HOST": "cloud", "EDGE_PORT": ""}, ("cloud", 4566)),
        ({"LOCALSTACK_HOST": "cloud:99", "EDGE_PORT": "4650"}, ("cloud", 99)),
    ],
)
def test_the_address(
    variables: dict[str, str], address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOCALSTACK_HOST", "EDGE_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cloud.address() == address


@pytest.mark.parametrize("port", ["http", "-1", "0", "65536", "99999"])
def test_a_port_that_is_none(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", f"cloud:{port}")
    with pytest.raises(OperationError, match=f"must be a number from 1 to 65535, not '{port}'"):
        cloud.address()


class Calls(list[str]):
    """What was done, in order."""

    def note(self, what: str) -> None:
        self.append(what)


@pytest.fixture
def calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The cloud's commands and Terraform's, noted; a cloud runs after `start`, a state is there."""
    noted = Calls()
    (checkout / "build/local").mkdir(parents=True)
    (checkout / "build/local/terraform.tfstate").touch()
    monkeypatch.setattr(cloud, "_command", lambda verb, *_args, **_options: noted.note(verb))
    monkeypatch.setattr(cloud, "_ours", lambda: None)
    monkeypatch.setattr(cloud, "answers", lambda: bool(noted) and noted[-1] == "start")
    monkeypatch.setattr(deploy, "deploy", lambda *_args, **_options: noted.note("deploy"))
    monkeypatch.setattr(deploy, "destroy", lambda *_args, **_options: noted.note("destroy"))
    return noted


def _state(checkout: Path) -> bool:
    return (checkout / "build/local/terraform.tfstate").exists()


def test_our_own_cloud_starts_without_an_old_state_and_is_stopped(calls: Calls, checkout: Path) -> None:
    with cloud.running() as ours:
        assert not ours.borrowed
        assert not _state(checkout)
    assert calls == ["start", "stop"]


def test_our_own_cloud_is_stopped_after_a_failure(calls: Calls) -> None:
    def fail() -> None:
        with cloud.running():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert calls == ["start", "stop"]


def test_a_borrowed_cloud_keeps_running_and_its_state_is_kept(
    calls: Calls, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "answers", lambda: True)
    with cloud.running() as theirs:
        assert theirs.borrowed
    assert calls == ["start"]
    assert _state(checkout)


@pytest.mark.parametrize(
    ("borrowed", "deployed_before", "done"),
    [(False, False, ["deploy"]), (True, False, ["deploy", "destroy"]), (True, True, ["deploy"])],
)
def test_the_demo_destroys_only_what_it_deployed_into_a_cloud_that_stays(
    borrowed: bool, deployed_before: bool, done: list[str], calls: Calls, checkout: Path
) -> None:
    if deployed_before:
        (checkout / "build/local/outputs.json").write_text("{}")
    with demo.stack_for_demo(Cloud(endpoint="http://127.0.0.1:1", borrowed=borrowed)):
        pass
    assert calls == done


def test_the_demo_destroys_also_what_a_failed_deploy_left(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OperationError("terraform apply failed")

    monkeypatch.setattr(deploy, "deploy", fail)
    with (
        pytest.raises(OperationError, match="apply failed"),
        demo.stack_for_demo(Cloud(endpoint="http://127.0.0.1:1", borrowed=True)),
    ):
        pytest.fail("nothing is deployed")
    assert calls == ["destroy"]


def _status(checkout: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A cloud's command that answers `status` so, and notes every other verb."""
    python = checkout / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$3" = status ] || {{ echo "$3" >> {checkout}/verbs; exit; }}\n{script}\n'
    )
    python.chmod(0o755)
    monkeypatch.setattr(paths, "CLOUD_PYTHON", python)
    monkeypatch.setattr(paths, "CLOUD_IMAGES", checkout / "images.json")
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:4631")


@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("begin", [local.up, demo.demo])
def test_a_cloud_of_ours_at_another_address_is_left_alone(
    answers: bool, begin: Callable[[], object], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _status(checkout, monkeypatch, "echo running at http://127.0.0.1:4630, pid 1")
    monkeypatch.setattr(cloud, "answers", lambda: answers)
    (checkout / "build/local").mkdir(parents=True)
    (checkout / "build/local/terraform.tfstate").touch()
    with pytest.raises(
        OperationError, match=r"of this folder runs at http://127\.0\.0\.1:4630: `make local-"
    ):
        begin()
    assert _state(checkout)
    assert not (checkout / "verbs").exists()


@pytest.mark.parametrize(
    "script", ["echo running at http://127.0.0.1:4631, pid 1", "echo not running; exit 3"]
)
def test_a_cloud_of_ours_at_the_address_or_none_is_no_hindrance(
    script: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _status(checkout, monkeypatch, script)
    monkeypatch.setattr(cloud, "answers", lambda: True)
    assert cloud.start() == Cloud(endpoint="http://127.0.0.1:4631", borrowed=True)
    assert (checkout / "verbs").read_text() == "start\n"


def test_a_status_that_fails_is_no_cloud_that_does_not_run(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _status(checkout, monkeypatch, "exit 1")
    with pytest.raises(OperationError, match="`status` failed with exit code 1"):
        cloud.is_there()


def test_a_wrong_port_stops_nothing(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:99999")
    with pytest.raises(OperationError, match="from 1 to 65535"):
        local.down()
    assert calls == []


def test_local_up_that_is_interrupted_leaves_nothing(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deploy, "deploy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        local.up()
    assert calls == ["start", "stop"]


def test_local_down_takes_only_the_stack_out_of_a_cloud_that_stays(
    calls: Calls, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = outputs.parse(
        {"endpoint": cloud.endpoint(), "region": "r", "data_bucket": "b"}
        | {"activities": {}, "state_machines": {}, "functions": {}}
    )
    (checkout / "build/local/outputs.json").write_text("{}")
    monkeypatch.setattr(outputs, "load", lambda _env: stack)
    monkeypatch.setattr(cloud, "answers", lambda: True)
    local.down()
    assert calls == ["stop", "destroy"]
    assert not _state(checkout)
