"""The command line starts and stops the cloud, and leaves nothing behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from cloud import Cloud, started, wait_for
from command_line import Cli

from localcloud import processes, settings
from localcloud.settings import Address

HANG = """
import os, subprocess, time
def handle(event, context):
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    time.sleep(1000)
"""


def family(cli: Cli) -> list[psutil.Process]:
    """Return every process of this command line's cloud."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if str(cli.state_dir) in process.environ().get("TMPDIR", ""):
                found.append(process)
    return found


def hanging(cli: Cli, pool: ThreadPoolExecutor) -> Cloud:
    """Start a cloud with a function that hangs."""
    cloud = started(cli)
    pool.submit(cloud.invoke, cloud.function(HANG, timeout=60))
    wait_for(lambda: len(family(cli)) >= 3, seconds=20)
    return cloud


def test_start_status_and_stop(make_cli: Callable[..., Cli], tmp_path: Path) -> None:
    cli = make_cli()
    assert cli.run("status").returncode == 3
    started = cli.run("start")
    assert started.stdout.startswith(f"started LocalStack at http://127.0.0.1:{cli.port} in ")
    status = cli.run("status")
    assert (status.returncode, status.stdout) == (
        0,
        f"running at http://127.0.0.1:{cli.port}, pid {cli.pid()}\n",
    )
    assert "already runs" in cli.run("start").stdout
    listening = [c.laddr.ip for c in psutil.Process(cli.pid()).net_connections() if not c.raddr]
    assert set(listening) == {"127.0.0.1"}

    other = Cli(
        state_dir=tmp_path, lambda_python=cli.lambda_python, port=cli.port, environment=os.environ
    )
    foreign = other.run("start")
    assert (foreign.returncode, "which is not ours" in foreign.stdout) == (0, True)
    assert other.run("stop").stdout == "not running\n"
    assert cli.run("status").returncode == 0, "a LocalStack that is not ours is not stopped"

    assert cli.run("stop").returncode == 0
    assert cli.run("stop").stdout == "not running\n"
    assert cli.run("status").returncode == 3
    assert sorted(path.name for path in cli.state_dir.iterdir()) == ["localstack.log", "lock"]


def test_stop_ends_hanging_polls_and_functions_and_their_children(
    make_cli: Callable[..., Cli],
) -> None:
    cli = make_cli()
    with ThreadPoolExecutor() as pool:
        cloud = hanging(cli, pool)
        activity = cloud.activity()
        for _ in range(3):
            pool.submit(cloud.take, activity)
        begun = time.monotonic()
        assert cli.run("stop").returncode == 0
        # It takes two seconds; the rest allows for a busy machine.
        assert time.monotonic() - begun < 8
    assert not family(cli)


def test_stop_and_start_after_localstack_was_killed(make_cli: Callable[..., Cli]) -> None:
    cli = make_cli()
    with ThreadPoolExecutor() as pool:
        hanging(cli, pool)
        psutil.Process(cli.pid()).kill()
        orphans = wait_for(lambda: [p for p in family(cli) if p.status() != psutil.STATUS_ZOMBIE])
        assert orphans, "the functions outlive LocalStack"
        assert cli.run("status").returncode == 3
        assert cli.run("start").returncode == 0
    assert not [orphan for orphan in orphans if orphan.is_running()]
    psutil.Process(cli.pid()).kill()
    assert cli.run("stop").returncode == 0
    assert not family(cli)


@pytest.fixture
def in_foreground() -> Iterator[None]:
    """A shell's background processes ignore interrupts, and so may this test's runner."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_foreground")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing(
    make_cli: Callable[..., Cli], number: signal.Signals
) -> None:
    cli = make_cli()
    with subprocess.Popen(cli.arguments("start"), env=dict(cli.environment)) as starting:
        wait_for(lambda: family(cli))
        starting.send_signal(number)
        assert starting.wait(15) == 130
    assert not family(cli)
    assert cli.run("status").returncode == 3


def test_a_port_in_use_by_something_else(make_cli: Callable[..., Cli]) -> None:
    cli = make_cli()
    with socket.create_server(("127.0.0.1", cli.port)) as server:
        server.listen()
        result = cli.run("start")
    assert result.returncode == 1
    assert result.stderr == (
        f"localcloud: port {cli.port} of 127.0.0.1 is in use by something that is not LocalStack\n"
    )


def test_a_start_that_fails_shows_the_log(make_cli: Callable[..., Cli]) -> None:
    cli = make_cli()
    result = cli.run("start", "--set", "GATEWAY_WORKER_COUNT=many")
    assert result.returncode == 1
    assert "LocalStack ended with exit status 1" in result.stderr
    assert "invalid literal for int" in result.stderr
    assert not family(cli)


def test_invalid_arguments_are_reported_in_one_line(
    make_cli: Callable[..., Cli], tmp_path: Path
) -> None:
    cli = make_cli(LOCALCLOUD_WITHOUT="no-such-patch")
    assert "LOCALCLOUD_WITHOUT: no such patch: no-such-patch" in cli.run("start").stderr
    cli = make_cli()
    assert "takes NAME=VALUE" in cli.run("start", "--set", "nonsense").stderr
    for wrong, message in [
        (str(tmp_path / "none"), "is not an executable file"),
        ("false", "cannot import awslambdaric"),
    ]:
        result = replace(cli, lambda_python=wrong).run("start")
        assert result.returncode == 1
        assert message in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_reused_pid_is_not_the_cloud() -> None:
    me = psutil.Process()
    assert processes.find(me.pid, me.create_time()) == me
    assert processes.find(me.pid, me.create_time() - 60) is None


def test_the_address_is_read_as_localstack_client_reads_it() -> None:
    read = settings.default_address
    assert read({}) == Address(host="127.0.0.1", port=4566)
    assert read({"EDGE_PORT": "4600"}) == Address(host="127.0.0.1", port=4600)
    assert read({"LOCALSTACK_HOST": "there"}) == Address(host="there", port=4566)
    assert read({"LOCALSTACK_HOST": "there:1", "EDGE_PORT": "2"}) == Address(host="there", port=1)


def test_a_broken_record_is_ignored(make_cli: Callable[..., Cli]) -> None:
    cli = make_cli()
    (cli.state_dir / "localcloud.json").write_text(json.dumps({"pid": "?"}), encoding="utf-8")
    assert cli.run("status").returncode == 3
    assert cli.run("stop").returncode == 0
