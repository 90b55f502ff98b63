"""The command line: options, exit codes, one line for each error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.cli.tests.conftest import ACTIVITY, add, publish, serve

from activity_dispatch.store.dynamodb.slots import DynamoSlots
from activity_dispatch_cli import app
from activity_dispatch_cli.errors import Exit
from activity_dispatch_cli.stack import Stack


def main(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["activity-dispatch", *args])
    with pytest.raises(SystemExit) as ended:
        app.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    "args", [("nonsense",), ("status", "--nonsense"), ("show",), ("follow",), ("show", "1", "--stack")]
)
def test_a_wrong_call_has_a_code_of_its_own(args: tuple[str, ...], monkeypatch, capsys) -> None:
    assert main(monkeypatch, *args) == Exit.USAGE
    assert "Error" in capsys.readouterr().err


def test_stacks_are_listed(aws, monkeypatch, capsys) -> None:
    assert main(monkeypatch, "stacks") == 0
    assert capsys.readouterr().out == "No stack in eu-west-1\n"
    publish("orders")
    publish("reports")
    assert main(monkeypatch, "stacks") == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["NAME", "REGION", "ACCOUNT", "BACKENDS", "WAKE-UPS"]
    assert [row.split()[0] for row in rows] == ["orders", "reports"]
    assert main(monkeypatch, "stacks", "--json") == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == ["orders", "reports"]


def test_open_tasks_are_listed(stack: Stack, monkeypatch, capsys) -> None:
    task_id = add(stack, "one")
    stack.runtime.tasks.record_started(task_id, "request-1")
    stack.runtime.tasks.record_progress(task_id, "half")
    assert main(monkeypatch, "status", "--stack", "orders") == 0
    title, _, row, total = capsys.readouterr().out.splitlines()
    assert title.startswith("Open tasks of orders (eu-west-1) at ")
    assert row.split()[:3] == ["started", task_id[:8], "orders-lambda"]
    assert " half " in row
    assert " monday " in row
    assert "https://eu-west-1.console.aws.amazon.com/" in row
    assert total == "1 open task: 1 started"
    assert main(monkeypatch, "status", "--json") == 0
    (task,) = json.loads(capsys.readouterr().out)["tasks"]
    assert (task["task_id"], task["state"], task["progress"]) == (task_id, "started", "half")
    assert task["log"] == {"group": "/aws/lambda/orders-process", "stream": None, "text": task_id}


def test_slots_are_listed(stack: Stack, monkeypatch, capsys) -> None:
    assert main(monkeypatch, "slots") == 0
    assert capsys.readouterr().out == "No activity of orders has a limit, and there is no pool\n"
    serve(ACTIVITY, max_concurrent_jobs=2)
    store = DynamoSlots(client=stack.account.clients.dynamodb, table="orders-tasks")
    store.take(ACTIVITY, "00" * 8, 2)
    store.add_waiting(ACTIVITY)
    publish("more", pools={"gpus": 8})
    assert main(monkeypatch, "slots", "-s", "orders", "--json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "orders-lambda", "kind": "activity", "used": 1, "limit": 2, "waiting": 1}
    ]
    assert main(monkeypatch, "slots", "-s", "orders") == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["orders-lambda", "activity", "1", "2", "1"]


def test_what_the_user_can_fix_is_one_line(aws, monkeypatch, capsys) -> None:
    publish("orders")
    for args, code, message in (
        (("show", "abc"), Exit.USAGE, "Error: TASK: 'abc'; it must be a task's id"),
        (("run", "words", "--input", "{"), Exit.USAGE, "Error: INPUT must be JSON"),
        (("status", "--stack", "x"), Exit.USAGE, "Error: --stack: 'x' is none; stacks in eu-west-1: orders"),
        (("status",), Exit.FAILED, "Error: AWS or the local cloud refused: "),
    ):
        assert main(monkeypatch, *args) == code
        error = capsys.readouterr().err
        assert error.startswith(message)
        assert len(error.splitlines()) == 1


def test_the_console_command_is_installed() -> None:
    command = Path(sys.executable).parent / "activity-dispatch"
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    for name in ("stacks", "status", "show", "logs", "run", "follow", "cancel", "missed", "slots"):
        assert f" {name} " in done.stdout
