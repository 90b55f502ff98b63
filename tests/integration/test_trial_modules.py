"""The modules as another repository uses them: from a git source, with zips in a bucket."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from activity_dispatch_cli import execution


def _run(client: Callable[[str], Any], follow: Callable[[str], Any], machine: str, content: Any) -> Any:
    ended = follow(execution.start(client("stepfunctions"), machine, content))
    assert ended.status == "SUCCEEDED", f"{ended.error}: {ended.cause}"
    return json.loads(ended.output or "null")


def test_fifteen_lines_in_an_empty_folder_start_a_function_for_a_task(modules, client, follow) -> None:
    text = (modules.folder / "main.tf").read_text()
    assert len([line for line in text.splitlines() if line.strip()]) <= 15
    assert "git::file://" in text
    assert _run(client, follow, modules.machines()["letters"], {"pages": 2}) == {"processed": {"pages": 2}}


def test_an_existing_state_machine_uses_the_activity(modules, client, follow) -> None:
    output = _run(client, follow, modules.machines()["orders"], {"order": 7})
    given = {"order": 7, "checked": True}
    assert output == {**given, "result": {"invoice": {"processed": given}}, "archived": True}


@pytest.mark.parametrize("machine", ["reports", "renders", "transcode", "index"])
def test_containers_get_the_task(modules, client, follow, machine: str) -> None:
    assert _run(client, follow, modules.machines()[machine], {"job_for": machine}) == {"job_for": machine}


def test_a_function_runs_beside_other_backends(modules, client, follow) -> None:
    assert _run(client, follow, modules.machines()["sketch"], [1]) == {"processed": [1]}


def test_a_training_job_runs(modules, client, follow) -> None:
    output = _run(client, follow, modules.machines()["fit"], {"hyperparameters": {}})
    assert output["job_name"].startswith("task-")
