"""The second cloud is started with what it needs only, and ended with everything that it started."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from operations import outputs, paths
from operations.errors import OperationError
from operations.local import cloud, second_cloud
from operations.local.ports import free_port, is_taken

# It starts a "function", says that it runs, and shows its environment.
EMULATOR = """#!/bin/sh
sleep 100 &
echo $! > function.pid
env > environment
echo "Running on https://127.0.0.1:$GATEWAY_PORT"
wait
"""


@pytest.fixture
def folder(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is started; its Python is a script."""
    python = checkout / "python"
    python.write_text(EMULATOR)
    python.chmod(0o755)
    monkeypatch.setattr(second_cloud, "PYTHON", python)
    monkeypatch.setattr(second_cloud, "STATE", checkout / "state")
    monkeypatch.delenv("SECOND_CLOUD_PORT", raising=False)
    return checkout / "state"


def _environment(folder: Path) -> dict[str, str]:
    lines = (folder / "environment").read_text().splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_ends_with_its_functions_and_its_data(folder: Path) -> None:
    started = second_cloud.start(folder, port=0)
    assert second_cloud.running(folder) == started
    function = int((folder / "function.pid").read_text())
    assert _runs(function)
    assert second_cloud.stop(folder)
    _wait_for_end(function)
    assert second_cloud.running(folder) is None
    assert not (folder / "tmp").exists()
    assert not second_cloud.stop(folder)


def test_it_judges_over_tls_on_this_machine_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_PROFILE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "the user's")
    started = second_cloud.start(folder, port=0, more={"MORE": "given"})
    found = _environment(folder)
    second_cloud.stop(folder)
    assert "the user's" not in found.values()
    assert (found["BIND_HOST"], found["AUTH"], found["USE_SSL"], found["MORE"]) == (
        "127.0.0.1",
        "true",
        "1",
        "given",
    )
    assert found["GATEWAY_PORT"] == str(started.port)
    assert found["TMPDIR"] == str(folder / "tmp")


def test_without_iam_it_judges_nothing(folder: Path) -> None:
    second_cloud.start(folder, port=0, iam=False)
    second_cloud.stop(folder)
    assert _environment(folder)["AUTH"] == "false"


def test_one_that_ends_at_once_shows_what_it_said(folder: Path) -> None:
    second_cloud.PYTHON.write_text("#!/bin/sh\necho broken; exit 7\n")
    with pytest.raises(OperationError, match="the second cloud ended with 7") as raised:
        second_cloud.start(folder, port=0)
    assert "broken" in raised.value.detail
    assert second_cloud.running(folder) is None


def test_another_process_with_its_id_is_left_alone(folder: Path) -> None:
    other = subprocess.Popen(["sleep", "100"], start_new_session=True)
    folder.mkdir()
    record = {"folder": str(folder), "port": 1, "pid": other.pid, "began": "Sun Jan  1 00:00:00 2023"}
    (folder / "cloud.json").write_text(json.dumps(record))
    assert not second_cloud.stop(folder)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_up_prints_how_to_reach_it_and_down_ends_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.environ["SECOND_CLOUD_PORT"] = port = str(free_port())
    try:
        second_cloud.up(iam=True)
        second_cloud.up(iam=True)
    finally:
        del os.environ["SECOND_CLOUD_PORT"]
        second_cloud.down()
    said = capsys.readouterr().out
    assert said.count(f"export AWS_ENDPOINT_URL=https://127.0.0.1:{port}\n") == 2
    assert f"export AWS_CA_BUNDLE={folder / 'tmp'}/ministack-tls/server.crt\n" in said
    assert said.endswith("stopped\n")


def test_a_stack_on_another_cloud_is_not_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = paths.outputs_file(outputs.LOCAL)
    file.parent.mkdir(parents=True)
    names = ("region", "data_bucket", "activities", "state_machines", "functions")
    file.write_text(json.dumps({**dict.fromkeys(names, ""), "endpoint": "http://127.0.0.1:4566"}))
    monkeypatch.setattr(cloud, "answers", lambda _at=None: True)
    with pytest.raises(OperationError, match=r"a stack is deployed at http://127\.0\.0\.1:4566,"):
        second_cloud.up(iam=True)
    assert file.exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_an_invalid_port_is_quoted(folder: Path, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECOND_CLOUD_PORT", port)
    with pytest.raises(
        OperationError, match=f"SECOND_CLOUD_PORT must be a number from 1 to 65535, not '{port}'"
    ):
        second_cloud.up(iam=True)


def test_a_port_in_use_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_cloud, "is_taken", lambda _port: True)
    with pytest.raises(OperationError, match="port 4567 is in use: choose another with SECOND_CLOUD_PORT"):
        second_cloud.start(folder, port=4567)


def test_a_free_port_is_not_taken() -> None:
    assert not is_taken(free_port())
