"""Warm workers do a run of small tasks in few containers, and lose none when they are killed."""

import json
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import ask_cloud, wait_until

from activity_dispatch_cli import execution

TASKS, SLOTS = 300, 4
# Each of them has a container of its own: a few show what all of them would take.
COLD_TASKS = 8
# As on Fargate, with a small image. With much less, the test would measure how fast the local cloud is.
START_SECONDS = 25
SECONDS = 400
SEED, KILLS = 15, 8


@dataclass(frozen=True, kw_only=True)
class Burst:
    """A burst of executions, one task each, whose programs note what they do."""

    client: Callable[[str], Any]
    stack: dict[str, Any]
    activity: str
    file: Path

    @property
    def machine(self) -> str:
        return str(self.stack["state_machines"][self.activity])

    def start(self, count: int) -> None:
        sfn = self.client("stepfunctions")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: execution.start(sfn, self.machine, str(self.file)), range(count)))

    def is_over(self) -> bool:
        listed = self.client("stepfunctions").list_executions(
            stateMachineArn=self.machine, statusFilter="RUNNING", maxResults=1
        )
        return not listed["executions"]

    def executions(self) -> list[dict[str, Any]]:
        """Return all, with their outputs."""
        sfn = self.client("stepfunctions")
        pages = sfn.get_paginator("list_executions").paginate(stateMachineArn=self.machine)
        arns = [each["executionArn"] for page in pages for each in page["executions"]]
        return [sfn.describe_execution(executionArn=arn) for arn in arns]

    def starts(self) -> set[str]:
        """Return the tasks that ECS has started for the activity, also those that have stopped."""
        ecs, cluster = self.client("ecs"), self.stack["cluster"]
        family = f"running-{self.activity}"
        listed = [
            ecs.get_paginator("list_tasks").paginate(cluster=cluster, family=family, desiredStatus=status)
            for status in ("RUNNING", "STOPPED")
        ]
        # One that stops between the two calls is in both answers.
        return {arn for pages in listed for page in pages for arn in page["taskArns"]}

    def notes(self) -> list[tuple[str, str, int]]:
        """Return what the programs have noted: the task, what it did, the worker's process."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [(task, what, int(worker)) for task, what, worker in map(str.split, lines)]

    def records(self) -> dict[str, dict[str, str]]:
        """Return the outcome of each task in the table, by its execution."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.stack["task_table"])
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for item in (item for page in pages for item in page["Items"]):
            if "outcome" in item and f":running-{self.activity}:" in item["execution_arn"]["S"]:
                found[item["execution_arn"]["S"]][item["task_id"]["S"]] = item["outcome"]["S"]
        return found


def throughput(burst: Burst, count: int) -> float:
    """Let so many tasks be done; return how many of them per second."""
    burst.start(count)
    wait_until(burst.is_over, SECONDS)
    ended = burst.executions()
    assert Counter(each["status"] for each in ended) == {"SUCCEEDED": count}
    began = min(each["startDate"] for each in ended)
    took = max(each["stopDate"] for each in ended) - began
    return float(count / took.total_seconds())


def check_each_once(burst: Burst, recorded: Collection[str] = ("succeeded",)) -> None:
    """Assert that each execution has one success, and each task one program and one outcome."""
    did = Counter((task, what) for task, what, _ in burst.notes())
    assert max(did.values()) == 1, "a task was done twice"
    begun = {task for task, what in did if what == "begin"}
    ended, records = burst.executions(), burst.records()
    assert Counter(each["status"] for each in ended) == {"SUCCEEDED": TASKS}
    for each in ended:
        outcomes = records[each["executionArn"]]
        done = json.loads(each["output"])
        # Its other tasks failed, and the state's Retry has scheduled it again.
        assert outcomes.pop(done) in recorded
        assert set(outcomes.values()) <= {"failed", "cancelled"}
        assert did[done, "end"] == 1
    assert begun <= {task for outcomes in burst.records().values() for task in outcomes}


@pytest.fixture
def slow_starts(running_cloud) -> Iterator[None]:
    """Containers start slowly, as on Fargate."""

    ask_cloud(running_cloud, "ecs/start-delay", "POST", {"seconds": START_SECONDS})
    yield
    ask_cloud(running_cloud, "ecs/start-delay", "POST", {"seconds": 0})


@pytest.fixture
def burst(client, running, tmp_path) -> Callable[[str], Burst]:
    def make(activity: str) -> Burst:
        return Burst(client=client, stack=running, activity=activity, file=tmp_path / activity)

    return make


def kill_at_random(burst: Burst, chance: random.Random) -> int:
    """Kill a worker each time that some more tasks have been done; return how many."""
    killed: set[int] = set()

    def are_done(tasks: int) -> bool:
        return sum(what == "end" for _, what, _ in burst.notes()) >= tasks

    for number in range(1, KILLS + 1):
        wanted = TASKS * number // (KILLS + 1) + chance.randrange(10)
        wait_until(partial(are_done, wanted), SECONDS)
        alive = sorted({worker for _, _, worker in burst.notes()[-2 * SLOTS :]} - killed)
        worker = chance.choice(alive)
        os.kill(worker, signal.SIGKILL)
        killed.add(worker)
    return len(killed)


def test_few_containers_do_many_tasks(burst, slow_starts) -> None:
    warm, cold = burst("warm"), burst("cold")
    per_second = throughput(warm, TASKS)
    starts = len(warm.starts())
    check_each_once(warm)
    one_by_one = throughput(cold, COLD_TASKS)
    assert len(cold.starts()) == COLD_TASKS
    print(f"{per_second:.2f} and {one_by_one:.2f} tasks per second, {starts} starts")
    assert starts <= 2 * SLOTS
    assert per_second >= 5 * one_by_one


def test_killed_workers_lose_no_task(burst, slow_starts) -> None:
    killed = burst("killed")
    killed.start(TASKS)
    deaths = kill_at_random(killed, random.Random(SEED))  # noqa: S311 (not for secrets)
    wait_until(killed.is_over, SECONDS)
    # A worker may be killed after Step Functions has its task's outcome and before the table has.
    check_each_once(killed, ("succeeded", "cancelled"))
    assert deaths == KILLS
    assert SLOTS + 1 <= len(killed.starts()) < TASKS / 4
