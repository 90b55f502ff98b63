"""The example one-machine: a machine with three activities, one of them twice, in a Map and a Parallel."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.second_cloud.conftest import Stacks
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client

from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended

Wait = Callable[[str], Ended]
# One is longer than a double can tell apart.
SCENES = [{"n": 9007199254740993}, {"n": 1.5}]
CUT = [{"by": "cut", "of": scene} for scene in SCENES]
USES = {"films-cut": 3, "films-caption": 1, "films-score": 1}


def _tasks(client: Client) -> Counter[str]:
    """How many tasks each activity has had."""
    found = client("dynamodb").scan(TableName="films-tasks", ConsistentRead=True)["Items"]
    return Counter(
        item["activity_arn"]["S"].split(":")[-1] for item in found if "#" not in item["task_id"]["S"]
    )


def _made(client: Client, wait: Wait, machine: str) -> tuple[Any, Counter[str]]:
    """Make a film; return the execution's output, and how many tasks of it each activity had."""
    before = _tasks(client)
    ended = wait(execution.start(client("stepfunctions"), machine, {"scenes": SCENES}))
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    return json.loads(str(ended.output)), _tasks(client) - before


def test_every_use_in_a_jsonpath_machine_processes_its_task(
    client: Client, working: Stacks, wait: Wait
) -> None:
    output, uses = _made(client, wait, working.films["in-jsonpath"])
    sound = [{"by": name, "of": {"scenes": CUT}} for name in ("caption", "score")]
    assert output == {"by": "cut", "of": {"scenes": CUT, "sound": sound}}
    assert uses == USES


def test_every_use_in_a_jsonata_machine_processes_its_task(
    client: Client, working: Stacks, wait: Wait, faults: Faults
) -> None:
    output, uses = _made(client, wait, working.films["in-jsonata"])
    # Each use is a Parallel whose Output takes the only branch's; that of the state with both sounds keeps
    # the scenes. The Map's Output is not ignored.
    scenes = {"scenes": [[cut] for cut in CUT]}
    sound = [[{"by": name, "of": scenes}] for name in ("caption", "score")]
    faults.occurs("jsonata-parallel-output", proof=output == [{"by": "cut", "of": sound}])
    assert uses == USES
