"""Containers as processes are started, watched, stopped, and cleaned up."""

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from cloud import wait_for

from compute.resources import STOCK, sh
from localcloud.compute.containers import Container, ContainerSpec, ContainerStartError, stop
from localcloud.compute.local_process import CONTAINER_VARIABLE, ProcessRunner

CLOUD_ID = "test-cloud"
IMAGES = {
    STOCK: {},
    "greeter": {"argv": ["echo", "hello"], "command": ["world"]},
    "set-up": {"cwd": "/", "env": {"OF_IMAGE": "image", "CHANGED": "image"}},
}


@dataclass
class Run:
    """A container and its output."""

    container: Container
    lines: list[str]


type Start = Callable[..., Run]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start containers, and remove them at the end."""
    runs: list[Run] = []
    runner = ProcessRunner(cloud_id=CLOUD_ID, image_mapping=json.dumps(IMAGES))

    def begin(command: list[str] | None = None, *, image: str = STOCK, **more: object) -> Run:
        lines: list[str] = []
        container = runner.start(
            ContainerSpec(image=image, command=command, **more),  # type: ignore[arg-type]
            on_lines=lines.extend,
            on_end=lambda: None,
        )
        run = Run(container=container, lines=lines)
        runs.append(run)
        return run

    yield begin
    for run in runs:
        run.container.remove()


def marked(container: Container) -> list[psutil.Process]:
    """Return the live processes of a container."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(CONTAINER_VARIABLE) == container.id:
                found.append(process)
    return found


def test_it_returns_exit_code_and_lines(start: Start) -> None:
    run = start(sh("echo out; echo err >&2; printf last; exit 3"))
    assert run.container.wait(5) == 3
    assert sorted(run.lines) == ["err", "last", "out"]


@pytest.mark.parametrize(("signal", "code"), [("KILL", 137), ("TERM", 143), ("SEGV", 139)])
def test_a_signal_gives_128_plus_its_number(start: Start, signal: str, code: int) -> None:
    assert start(sh(f"kill -{signal} $$")).container.wait(5) == code


def test_its_end_is_reported_after_its_last_line() -> None:
    seen: list[object] = []
    slow = threading.Event()

    def on_lines(lines: Sequence[str]) -> None:
        slow.wait()
        seen.extend(lines)

    runner = ProcessRunner(cloud_id=CLOUD_ID, image_mapping=json.dumps(IMAGES))
    container = runner.start(
        ContainerSpec(image=STOCK, command=sh("echo one; echo two")),
        on_lines=on_lines,
        on_end=lambda: seen.append(None),
    )
    wait_for(lambda: not marked(container))
    assert container.wait(0.2) is None
    slow.set()
    assert container.wait(5) == 0
    wait_for(lambda: None in seen)
    assert seen == ["one", "two", None]
    container.remove()


def test_large_output_arrives_completely(start: Start) -> None:
    program = "import sys; [print('x' * 99) for _ in range(50_000)]"
    run = start([sys.executable, "-c", program])
    assert run.container.wait(20) == 0
    assert len(run.lines) == 50_000


def test_the_environment_is_only_the_containers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_CLOUD", "1")
    run = start(["env"], environment={"GIVEN": "value", "LOCALCLOUD_ID": "another"})
    run.container.wait(5)
    environment = dict(line.split("=", 1) for line in run.lines)
    assert environment["GIVEN"] == "value"
    assert environment["LOCALCLOUD_ID"] == CLOUD_ID
    assert set(environment) <= {
        *("PATH", "HOME", "TMPDIR", "HOSTNAME", "PWD", "SHLVL", "_", "GIVEN"),
        *("LOCALCLOUD_ID", CONTAINER_VARIABLE),
    }


def test_the_image_sets_environment_and_folder(start: Start) -> None:
    run = start(sh("echo $OF_IMAGE $CHANGED $PWD"), image="set-up:1", environment={"CHANGED": "me"})
    run.container.wait(5)
    assert run.lines == ["image me /"]


@pytest.mark.parametrize(
    ("entrypoint", "command", "line"),
    [
        (None, None, "hello world"),
        (None, ["you"], "hello you"),
        (["echo", "bye"], None, "bye"),
        (["echo", "bye"], ["you"], "bye you"),
    ],
)
def test_entry_point_and_command_go_together_as_in_docker(
    start: Start, entrypoint: list[str] | None, command: list[str] | None, line: str
) -> None:
    run = start(command, image="host/greeter:2", entrypoint=entrypoint)
    run.container.wait(5)
    assert run.lines == [line]


def test_its_home_is_private_and_removed_with_it(start: Start) -> None:
    run = start(sh("echo data > file; echo $HOME; pwd"))
    run.container.wait(5)
    home = Path(run.lines[0])
    assert run.lines[1] == str(home)
    assert (home / "file").exists()
    run.container.remove()
    assert not home.exists()


def test_sigterm_reaches_only_the_first_process(start: Start, tmp_path: Path) -> None:
    child = f"trap 'touch {tmp_path}/child' TERM; touch {tmp_path}/up; sleep 1000 & wait"
    # Give the child time to show that it received the signal.
    run = start(sh(f"trap 'sleep 0.3; exit 7' TERM; (sh -c \"{child}\") & wait"))
    wait_for((tmp_path / "up").exists)
    run.container.terminate()
    assert run.container.wait(5) == 7
    assert not (tmp_path / "child").exists()


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace_period(
    start: Start, tmp_path: Path
) -> None:
    run = start(sh(f"trap '' TERM; touch {tmp_path}/up; while :; do sleep 1; done"))
    wait_for((tmp_path / "up").exists)
    assert stop(run.container, 0.2) == 137


def test_stopping_an_ended_container_returns_its_exit_code(start: Start) -> None:
    run = start(sh("exit 4"))
    run.container.wait(5)
    assert stop(run.container, 1) == 4


@pytest.mark.parametrize(
    "fork", ["sleep 1000 &", "setsid sleep 1000 &", "(setsid sh -c 'sleep 1000 & wait' &)"]
)
def test_everything_it_forked_dies_with_its_first_process(start: Start, fork: str) -> None:
    run = start(sh(f"{fork}\nexit 5"))
    assert run.container.wait(5) == 5
    assert marked(run.container) == []


def test_it_can_be_removed_while_it_runs(start: Start) -> None:
    run = start(sh("setsid sleep 1000 & sleep 1000"))
    run.container.remove()
    assert run.container.wait(0) == 137
    assert marked(run.container) == []


def test_wait_returns_at_its_timeout(start: Start) -> None:
    assert start(["sleep", "1000"]).container.wait(0.05) is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            {"image": "nowhere", "command": ["true"]},
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
            "resolve ref docker.io/library/nowhere:latest: docker.io/library/nowhere:latest: "
            "not found",
        ),
        (
            {"command": ["no-such-program"]},
            'CannotStartContainerError: exec: "no-such-program": executable file not found in '
            "$PATH",
        ),
        ({"command": []}, "CannotStartContainerError: no command specified"),
        (
            {"command": ["true"], "working_directory": "/no/such/folder"},
            "CannotStartContainerError: [Errno 2] No such file or directory: '/no/such/folder'",
        ),
    ],
)
def test_a_start_failure_has_ecs_wording(
    start: Start, arguments: dict[str, object], reason: str
) -> None:
    with pytest.raises(ContainerStartError) as raised:
        start(**arguments)
    assert str(raised.value) == reason


def test_a_program_is_found_on_the_containers_own_path_and_in_its_folder(
    start: Start, tmp_path: Path
) -> None:
    program = tmp_path / "own-program"
    program.write_text("#!/bin/sh\necho own", encoding="utf-8")
    program.chmod(0o755)
    run = start(["own-program"], environment={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    run.container.wait(5)
    assert run.lines == ["own"]
    run = start(["./own-program"], working_directory=str(tmp_path))
    run.container.wait(5)
    assert run.lines == ["own"]
