"""Containers in a Docker engine. Skipped if none answers."""

import io
import os
import re
import signal
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker.errors
import pytest
from cloud import unique, wait_for
from command_line import Cli

from compute.conftest import make_ecs, start
from compute.resources import sh
from localcloud.compute import docker_engine
from localcloud.compute.containers import (
    Container,
    ContainerSpec,
    ContainerStartError,
    Mount,
    stop,
)

PROGRAMS = ("/bin/sh", "/bin/sleep", "/usr/bin/env", "/usr/bin/tail", "/bin/touch", "/bin/cat")


@pytest.fixture(scope="module")
def engine() -> Any:
    """The engine's client."""
    try:
        return docker_engine.connect()
    except docker.errors.DockerException as error:
        pytest.skip(f"no Docker daemon answers: {error}")


@pytest.fixture(scope="module")
def image(engine: Any) -> Iterator[str]:
    """A small image, packed from this machine's programs: it needs no registry."""
    name = f"{unique('localcloud-test')}:1"
    repository, _, tag = name.partition(":")
    engine.api.import_image_from_data(_root(), repository=repository, tag=tag)
    yield name
    engine.images.remove(name, force=True)


def _root() -> bytes:
    listed = subprocess.run(["ldd", *PROGRAMS], capture_output=True, text=True, check=True).stdout
    libraries = set(re.findall(r"(/[^\s:]*\.so[^\s:]*)", listed))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted({*PROGRAMS, *libraries}):
            archive.add(Path(path).resolve(), arcname=path)
    return buffer.getvalue()


type Begin = Callable[..., tuple[Container, list[str]]]


@pytest.fixture
def begin(engine: Any, image: str) -> Iterator[Begin]:
    """Starts containers of the small image; all are removed at the end."""
    cloud_id = unique("cloud")
    runner = docker_engine.DockerRunner(engine, cloud_id=cloud_id, network="host")

    def run(command: list[str] | None, **more: Any) -> tuple[Container, list[str]]:
        lines: list[str] = []
        spec = ContainerSpec(**{"image": image, "command": command, **more})
        return runner.start(spec, on_lines=lines.extend, on_end=lambda: None), lines

    yield run
    docker_engine.remove_all(cloud_id)


def test_it_returns_exit_code_and_lines(begin: Begin) -> None:
    container, lines = begin(sh("echo $GIVEN; echo err >&2; exit 3"), environment={"GIVEN": "one"})
    assert container.wait(20) == 3
    assert sorted(lines) == ["err", "one"]
    assert not container.out_of_memory


def test_entry_point_and_folder(begin: Begin) -> None:
    container, lines = begin(
        ["echo $PWD $0", "last"], entrypoint=["/bin/sh", "-c"], working_directory="/usr"
    )
    container.wait(20)
    assert lines == ["/usr last"]


def test_a_folder_is_mounted(begin: Begin, tmp_path: Path) -> None:
    write = sh("echo kept > /data/a && cat /data/a")
    container, lines = begin(write, mounts=[Mount(host=tmp_path, path="/data")])
    assert (container.wait(20), lines) == (0, ["kept"])
    assert (tmp_path / "a").read_text(encoding="utf-8") == "kept\n"
    container, _ = begin(write, mounts=[Mount(host=tmp_path, path="/data", read_only=True)])
    assert container.wait(20) not in (0, None)


def test_a_command_runs_in_a_container(begin: Begin) -> None:
    container, _ = begin(sh("echo up > /mark; exec sleep 1000"))
    wait_for(lambda: container.succeeds(["cat", "/mark"], 5))
    assert not container.succeeds(sh("exit 3"), 5)
    assert not container.succeeds(["sleep", "1000"], 0.5)
    stop(container, 0)
    assert not container.succeeds(["cat", "/mark"], 5)


@pytest.mark.parametrize(("init", "code"), [(True, 143), (False, 137)])
def test_sigterm_needs_an_init_or_a_handler(begin: Begin, init: bool, code: int) -> None:
    container, _ = begin(["sleep", "1000"], init=init)
    assert container.wait(0.2) is None
    assert stop(container, 1) == code
    assert stop(container, 1) == code, "stopping it again returns the same code"


def test_exceeding_the_memory_limit_kills(begin: Begin) -> None:
    container, _ = begin(["tail", "/dev/zero"], memory_mib=32)
    assert container.wait(30) == 137
    assert container.out_of_memory


def test_an_image_of_a_registry_is_found_by_its_own_name(begin: Begin, image: str) -> None:
    container, _ = begin(sh("exit 0"), image=f"000000000000.dkr.ecr.us-east-1.example/{image}")
    assert container.wait(20) == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"image": "no/where"},
            r"CannotPullContainerError: .* docker.io/no/where:latest: not found",
        ),
        ({"command": ["no-such-program"]}, r'CannotStartContainerError: .*"no-such-program"'),
    ],
)
def test_a_start_failure_states_its_reason(
    begin: Begin, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ContainerStartError, match=reason):
        begin(**{"command": sh("exit 0"), **change})


def test_a_removed_container_counts_as_killed(begin: Begin, engine: Any) -> None:
    container, _ = begin(["sleep", "1000"])
    engine.containers.get(container.id).remove(force=True)
    assert container.wait(20) == 137
    container.remove()


@pytest.mark.parametrize("killed", [False, True])
def test_a_cloud_runs_tasks_in_docker_and_leaves_none_behind(
    engine: Any, image: str, make_cli: Callable[..., Cli], tmp_path: Path, killed: bool
) -> None:
    cloud = start(make_cli, tmp_path / "images.json", runner="docker")
    ecs = make_ecs(cloud)
    arn = ecs.run_command(sh("echo $AWS_ENDPOINT_URL; exit 3"), image=image)
    task = ecs.reach(arn, "STOPPED", seconds=30)
    assert (task["containers"][0]["exitCode"], ecs.output(arn)) == (3, [cloud.url])
    arn = ecs.run_command(["sleep", "1000"], image=image)
    ecs.reach(arn, "RUNNING", seconds=30)
    label = {"label": f"localcloud.ecs.task={arn}"}
    assert engine.containers.list(filters=label)
    if killed:
        os.kill(cloud.cli.pid(), signal.SIGKILL)
    assert cloud.cli.run("stop").returncode == 0
    assert not engine.containers.list(all=True, filters=label)
