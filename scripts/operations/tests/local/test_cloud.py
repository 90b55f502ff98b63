"""Only a cloud that we started is stopped, and its state goes with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from operations import paths
from operations.demo import processing
from operations.deploy import local_stack
from operations.errors import OperationError
from operations.local import cloud
from operations.local.cloud import Cloud


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, ("127.0.0.1", 4566)),
        ({"EDGE_PORT": "4650"}, ("127.0.0.1", 4650)),
        ({"LOCALSTACK_HOST": "cloud", "EDGE_PORT": ""}, ("cloud", 4566)),
        ({"LOCALSTACK_HOST": "cloud:99", "EDGE_PORT": "4650"}, ("cloud", 99)),
    ],
)
def test_the_address_comes_from_localstack_s_variables(
    variables: dict[str, str], address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOCALSTACK_HOST", "EDGE_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cloud.address() == address


@pytest.mark.parametrize("port", ["http", "-1", "0", "65536", "99999"])
def test_an_invalid_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST", f"cloud:{port}")
    with pytest.raises(OperationError, match=f"must be a number from 1 to 65535, not '{port}'"):
        cloud.address()


def _state(checkout: Path) -> bool:
    return (checkout / "build/local/terraform.tfstate").exists()


def test_our_own_cloud_starts_without_an_old_state_and_is_stopped(
    cloud_calls: list[str], checkout: Path
) -> None:
    with cloud.running() as ours:
        assert not ours.borrowed
        assert not _state(checkout)
    assert cloud_calls == ["start", "stop"]


def test_our_own_cloud_is_stopped_after_a_failure(cloud_calls: list[str]) -> None:
    def fail() -> None:
        with cloud.running():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert cloud_calls == ["start", "stop"]


def test_a_borrowed_cloud_keeps_running_and_its_state_is_kept(
    cloud_calls: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "answers", lambda: True)
    with cloud.running() as theirs:
        assert theirs.borrowed
    assert cloud_calls == ["start"]
    assert _state(checkout)


def _status(checkout: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let the cloud's command answer `status` with this script and record every other verb."""
    python = checkout / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$3" = status ] || {{ echo "$3" >> {checkout}/verbs; exit; }}\n{script}\n'
    )
    python.chmod(0o755)
    monkeypatch.setattr(paths, "CLOUD_PYTHON", python)
    monkeypatch.setattr(paths, "CLOUD_IMAGES", checkout / "images.json")
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:4631")


@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("begin", [local_stack.up, processing.demo])
def test_our_cloud_at_another_address_is_left_alone(
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
def test_our_cloud_at_the_address_or_none_does_not_prevent_a_start(
    script: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _status(checkout, monkeypatch, script)
    monkeypatch.setattr(cloud, "answers", lambda: True)
    assert cloud.start() == Cloud(endpoint="http://127.0.0.1:4631", borrowed=True)
    assert (checkout / "verbs").read_text() == "start\n"


def test_a_failing_status_does_not_count_as_not_running(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _status(checkout, monkeypatch, "exit 1")
    with pytest.raises(OperationError, match="`status` failed with exit code 1"):
        cloud.is_there()
