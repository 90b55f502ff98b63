"""A task that one backend can't start, or loses, goes on to the next: one outcome, one job at a time."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import ask_cloud, wait_until

from activity_dispatch_cli import execution

TASKS = 100
# Starts without capacity: the rest of 100 runs on Spot, 48 run on demand.
SHORT = {"FARGATE_SPOT": 68, "FARGATE": 20}
WANTED = {"spot": 32, "on_demand": 48, "batch": 20}
SECONDS = 400


@dataclass(frozen=True, kw_only=True)
class Film:
    """Programs that note where they run; one that finds another of its task at work notes that too."""

    client: Callable[[str], Any]
    outputs: dict[str, Any]
    folder: Path

    def script(self, work: str) -> str:
        notes, held = self.folder / "notes", f"{self.folder}/$TASK_ID"
        note = f'note() {{ echo "$TASK_ID $PLACE $1" >> {notes}; }}'
        begin = f"mkdir {held} || note overlap; note begin"
        stop = f"trap 'rmdir {held}; note stopped; exit 143' TERM"
        end = f'rmdir {held}; note end; echo "{{\\"place\\": \\"$PLACE\\"}}"'
        return f"{note}; {begin}; {stop}; {work}; {end}"

    def start(self, work: str) -> str:
        given = {"job": {"command": ["sh", "-c", self.script(work)]}}
        return execution.start(
            self.client("stepfunctions"), self.outputs["state_machines"]["film-cheap-spot"], given
        )

    def notes(self) -> list[list[str]]:
        file = self.folder / "notes"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    def output(self, arn: str, seconds: float) -> Any:
        """Wait until the execution has ended; return its output."""
        sfn = self.client("stepfunctions")

        def ended() -> Any:
            found = sfn.describe_execution(executionArn=arn)
            return found if found["status"] != "RUNNING" else None

        found = wait_until(ended, seconds)
        assert found["status"] == "SUCCEEDED", found
        return json.loads(found["output"])


@pytest.fixture
def film(running, client, tmp_path) -> Film:
    return Film(client=client, outputs=running, folder=tmp_path)


def test_what_finds_no_capacity_runs_on_the_next_backend(film, running_cloud) -> None:
    for provider, tasks in SHORT.items():
        ask_cloud(running_cloud, "ecs/shortage", "POST", {"tasks": tasks, "provider": provider})
    with ThreadPoolExecutor(4) as pool:
        arns = list(pool.map(lambda _: film.start("sleep 0.3"), range(TASKS)))
    places = Counter(film.output(arn, SECONDS)["place"] for arn in arns)
    assert places == WANTED
    # Each task ran once, and the program that ran is the one whose output counted.
    assert Counter(what for _, _, what in film.notes()) == {"begin": TASKS, "end": TASKS}
    assert Counter(place for _, place, what in film.notes() if what == "end") == WANTED


def test_a_task_that_spot_takes_back_goes_on_demand(film, client, running_cloud) -> None:
    on_spot = '[ "$PLACE" = spot ] && { sleep 300 & wait; }'
    arn = film.start(f"{on_spot}; true")
    wait_until(lambda: ["spot", "begin"] in [note[1:] for note in film.notes()], 90)
    (job,) = client("ecs").list_tasks(
        cluster=film.outputs["cluster"], family="running-film-cheap-spot", desiredStatus="RUNNING"
    )["taskArns"]
    ask_cloud(running_cloud, "spot-interruption", "POST", {"task": job})
    assert film.output(arn, 120) == {"place": "on_demand"}
    assert [note[1:] for note in film.notes()] == [
        ["spot", "begin"],
        ["spot", "stopped"],
        ["on_demand", "begin"],
        ["on_demand", "end"],
    ]
