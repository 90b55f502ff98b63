"""What a run asks for and what it breaks; the random numbers come from the run's seed."""

import itertools
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations import paths

TASKS = 200
# How long to kill at least; longer if not all tasks are started by then.
CHAOS_SECONDS = 75
KILL_EVERY_SECONDS = 0.7
PASS_SECONDS = 5
# A pass that is missed: this share of them.
MISSED_PASSES = 0.2
FORGE_EVERY_SECONDS = 2
# How often the activity of Batch jobs is given the other container service, and back.
MOVE_EVERY_SECONDS = 20
# How often Spot has no room, and for how many starts.
SHORTAGE_EVERY_SECONDS, SHORT_STARTS = 6, 2
# The longest wait for anything lost: a request's visibility timeout, 330 s, then the patience of a slot or a
# start, 180 s.
CALM_SECONDS = 540
# The longest that a poll takes, with what happens before and after it.
POLL_SECONDS = 90
FAULTS = [
    # When a poll's answer is lost, nobody has the token: HeartbeatSeconds ends its task.
    {"service": "stepfunctions", "operation": "GetActivityTask", "probability": 0.05, "fault": "lose_answer"},
    # A job may exist although its start got no answer.
    *(
        {"service": service, "operation": operation, "probability": 0.15, "fault": "lose_answer"}
        for service, operation in (("ecs", "RunTask"), ("batch", "SubmitJob"), ("lambda", "Invoke"))
    ),
    # Jobs that can't be described, and logs that can't be read.
    *(
        {"service": service, "operation": operation, "probability": 0.3, "fault": "throttle"}
        for service, operation in (("*", "Describe*"), ("*", "List*"), ("logs", "GetLogEvents"))
    ),
    {"service": "*", "operation": "*", "probability": 0.04, "fault": "throttle"},
    {"service": "*", "operation": "*", "probability": 0.03, "fault": "error"},
    {"service": "*", "operation": "*", "probability": 0.03, "fault": "lose_answer"},
    {"service": "*", "operation": "*", "probability": 0.05, "fault": "delay", "seconds": 1},
    {"service": "stepfunctions", "operation": "SendTask*", "probability": 0.05, "fault": "duplicate"},
    {"service": "events", "operation": "Deliver", "probability": 0.1, "fault": "duplicate"},
    {"service": "events", "operation": "Deliver", "probability": 0.1, "fault": "delay", "seconds": 3},
    {"service": "sqs", "operation": "Deliver", "probability": 0.1, "fault": "duplicate"},
    {"service": "lambda", "operation": "Deliver", "probability": 0.1, "fault": "duplicate"},
]
KILLS: list[dict[str, Any]] = [
    {"what": "functions", "function": "chaos-dispatcher", "count": 1},
    {"what": "functions", "function": "chaos", "count": 1},
    {"what": "functions", "function": "chaos-reporter", "count": 1},
    {"what": "containers", "count": 1},
    {"what": "functions", "function": "chaos-reconciler", "count": 1},
    {"what": "hosts", "count": 1},
]


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a task asks for. `can_succeed`: it succeeds if nothing disturbs it."""

    machine: str
    given: Any
    can_succeed: bool = True


def jobs_of(chance: random.Random, folder: Path) -> list[Job]:
    """Return the tasks: half of them for functions, half for containers with, without and with warm workers.

    Programs with the worker write down in `folder` if another one of their task runs.
    """
    functions = [
        *([Job(machine="lambda-jobs", given={"return": 1})] * (TASKS * 6 // 20)),
        *([Job(machine="lambda-jobs", given={"sleep": 8})] * (TASKS * 2 // 20)),
        *([Job(machine="lambda-jobs", given={"raise": "as asked"}, can_succeed=False)] * (TASKS * 2 // 20)),
    ]
    # Seconds and exit codes.
    warm = [
        Job(machine="warm", given=f"{folder} {seconds} {code}", can_succeed=code == 0)
        for seconds, code in ((1, 0), (2, 0), (8, 0), (1, 3)) * (TASKS // 40)
    ]
    kinds = (("echo 1", True), ("sleep 2; echo 1", True), ("sleep 25; echo 1", True), ("exit 3", False))
    containers = itertools.islice(
        itertools.cycle((machine, *kind) for kind in kinds for machine in ("fargate", "batch", "chained")),
        TASKS - len(functions) - len(warm),
    )
    jobs = [*functions, *warm, *(_container(chance, folder, *one) for one in containers)]
    chance.shuffle(jobs)
    return jobs


def _container(chance: random.Random, folder: Path, machine: str, script: str, can_succeed: bool) -> Job:
    worker = chance.choice([[], [str(paths.TASK_WORKER), "--"]])
    return Job(
        machine=machine,
        given={"job": {"command": [*worker, "sh", "-c", _alone(folder) + script if worker else script]}},
        can_succeed=can_succeed,
    )


def _alone(folder: Path) -> str:
    # Without the worker nothing claims a task, and a repeated start may run its program twice.
    note = f'"{folder}/$TASK_ID"'
    return f'[ -e {note} ] && kill -0 "$(cat {note})" && touch {note}.twice; echo $$ > {note}; '
