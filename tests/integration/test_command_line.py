"""`activity-dispatch` on a whole stack, as docs/command-line.md has it, and what a terminal shows."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest
from tests.integration import trial
from tests.integration.helpers import documented, wait_until

from activity_dispatch_cli import execution
from operations import paths

COMMAND = paths.ROOT / ".venv/bin/activity-dispatch"
TASKS = 60
# Reports its progress, and ends when a file is there.
WORK = 'n=0; while ! test -e "$0"; do n=$((n+1)); echo "$n done" > "$TASK_PROGRESS"; sleep 1; done; echo 1'


@pytest.fixture(autouse=True)
def environment(running_cloud: str, stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell as docs/command-line.md sets it up; there are other stacks in this cloud."""
    monkeypatch.setenv("AWS_REGION", trial.REGION)
    monkeypatch.setenv("ACTIVITY_DISPATCH_ENDPOINT", running_cloud)
    monkeypatch.setenv("ACTIVITY_DISPATCH_STACK", "first-light")
    monkeypatch.setenv("PATH", str(COMMAND.parent), prepend=os.pathsep)


@pytest.fixture
def working(client: Any, stack: Any, put_text: Any, tmp_path: Path) -> Iterator[Callable[[int], list[str]]]:
    """Start executions whose jobs run until the test ends."""
    done, started = tmp_path / "done", []

    def start(count: int) -> list[str]:
        given = {"source": put_text(b"one"), "job": {"command": ["sh", "-c", WORK, str(done)]}}
        sfn, machine = client("stepfunctions"), stack.state_machines["fargate"]
        started.extend(execution.start(sfn, machine, given) for _ in range(count))
        return started

    yield start
    done.touch()

    def is_over() -> bool:
        return all(
            client("stepfunctions").describe_execution(executionArn=arn)["status"] != "RUNNING"
            for arn in started
        )

    wait_until(is_over, 240)


def open_tasks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(documented("activity-dispatch status --json"))["tasks"]
    return found


def test_stacks_are_found_by_name(running_cloud: str) -> None:
    assert "first-light" in documented("activity-dispatch stacks")
    at = "activity-dispatch stacks --region eu-west-1 --endpoint http://127.0.0.1:4566"
    assert "first-light" in documented(at, {"http://127.0.0.1:4566": running_cloud})
    assert "Open tasks of first-light" in documented("activity-dispatch status --stack first-light")


def test_a_task_is_shown_followed_and_cancelled(working: Callable[[int], list[str]], client: Any) -> None:
    (arn,) = working(1)
    (task,) = wait_until(
        lambda: [each for each in open_tasks() if each["execution_arn"] == arn and each["progress"]], 90
    )
    shown = documented(f"activity-dispatch show {task['task_id'][:8]}")
    for part in (
        task["task_id"],
        "being started on ecs",
        "job started: ",
        "its worker took it",
        "progress: ",
    ):
        assert part in shown
    assert re.search(r"Log /ecs/\S+ \S+", shown)
    said = documented(f"activity-dispatch cancel {task['task_id']} --reason 'not needed'")
    assert "as Job.Cancelled" in said
    assert "Stopped job" in said
    ended = wait_until(lambda: ended_execution(client, arn), 60)
    assert (ended["status"], ended["error"]) == ("FAILED", "Job.Cancelled")
    assert json.loads(ended["cause"])["message"] == "not needed"
    assert "failed: Job.Cancelled" in documented(f"activity-dispatch show {task['task_id']}")


def ended_execution(client: Any, arn: str) -> Any:
    found = client("stepfunctions").describe_execution(executionArn=arn)
    return found if found["status"] != "RUNNING" else None


def test_a_run_shows_the_jobs_progress_and_where_its_log_is(put_text: Any) -> None:
    script = 'for n in 1 2 3 4; do echo "$n of 4" > "$TASK_PROGRESS"; sleep 5; done; echo 1'
    given = json.dumps({"source": put_text(b"one"), "job": {"command": ["sh", "-c", script]}})
    began = time.monotonic()
    process = subprocess.Popen(
        [COMMAND, "run", "first-light-fargate", "--input", given], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    times = {line.strip(): time.monotonic() - began for line in process.stdout}
    process.wait()
    said = list(times)
    job = next(line for line in said if ": job " in line)
    log = next(line for line in said if ": log /ecs/" in line)
    progress = [line for line in said if re.search(r": \d of 4$", line)]
    assert len(progress) >= 3, said
    # Told while the job runs, and not at its end.
    assert times[log] < times[progress[-1]]
    assert times[job] <= times[log] < times[progress[0]] + 1
    assert times[progress[0]] < 20


def screen_of(width: int, height: int, seconds: float, *arguments: str) -> list[str]:
    """Return what a terminal of this size shows of a command that is stopped after so many seconds."""
    screen = pyte.Screen(width, height)
    stream = pyte.ByteStream(screen)
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(COLUMNS=str(width), LINES=str(height), TERM="xterm-256color")
        os.execv(COMMAND, [str(COMMAND), *arguments])  # noqa: S606 (in a new terminal)
    deadline, shown = time.monotonic() + seconds, [""]
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            stream.feed(os.read(terminal, 65_536))
            shown = [line.rstrip() for line in screen.display]
    os.kill(process, signal.SIGINT)
    os.waitpid(process, 0)
    os.close(terminal)
    return shown


def test_the_table_fits_the_terminal(working: Callable[[int], list[str]], capsys: Any) -> None:
    working(TASKS)
    wait_until(lambda: len(open_tasks()) >= TASKS / 2, 120)
    for width, height in ((120, 30), (80, 24)):
        lines = screen_of(width, height, 15, "status", "--watch")
        text = [line for line in lines if line]
        with capsys.disabled():
            print("\n" + "\n".join(text))
        assert text[0].startswith("Open tasks of first-light (")
        assert text[1].split()[:3] == ["STATE", "TASK", "ACTIVITY"]
        assert any(re.match(r"\+\d+ more", line) for line in text)
        assert any(re.match(r"\d+ open tasks: ", line) for line in text[-3:])
        assert len(text) <= height


def test_slots_missed_tasks_and_the_timeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "NAME" in documented("activity-dispatch slots") or "has a limit" in documented(
        "activity-dispatch slots"
    )
    assert "looks for missed tasks" in documented("activity-dispatch missed first-light-fargate")
    file = tmp_path / f"{uuid.uuid4().hex}.html"
    said = documented("activity-dispatch timeline --last 1h -o timeline.html", {"timeline.html": str(file)})
    assert f" tasks: {file}" in said
    assert file.stat().st_size > 1_000_000
