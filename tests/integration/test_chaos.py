"""Everything is killed, failed, throttled, delayed and duplicated at random: all tasks end, each once.

SEED=n repeats a run's choices; their order is up to threads and processes. `make chaos` runs this alone.
"""

import itertools
import json
import os
import random
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from python_terraform import IsFlagged
from tests.integration.helpers import pack_function, refusals

from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.polls import poll_id_of, poll_time
from operations import paths, process

HERE = Path(__file__).parent
TASKS = 200
CHAOS_SECONDS = 75
# The longest that something lost is waited for: a request's visibility timeout, then a slot's or a start's
# patience, each 180 s.
CALM_SECONDS = 300
PASS_SECONDS = 5
# The longest that a poll takes, and what is done before and after it.
POLL_SECONDS = 90
ENDS = {"ActivitySucceeded", "ActivityFailed", "ActivityTimedOut"}
OUTCOMES = {"ActivitySucceeded": "succeeded", "ActivityFailed": "failed", "ActivityTimedOut": "cancelled"}
FAULTS = [
    # A token that is polled and lost is lost to everybody: HeartbeatSeconds ends its task.
    {"service": "stepfunctions", "operation": "GetActivityTask", "probability": 0.05, "fault": "lose_answer"},
    {"service": "*", "operation": "*", "probability": 0.04, "fault": "throttle"},
    {"service": "*", "operation": "*", "probability": 0.03, "fault": "error"},
    {"service": "*", "operation": "*", "probability": 0.03, "fault": "lose_answer"},
    {"service": "*", "operation": "*", "probability": 0.05, "fault": "delay", "seconds": 1},
    {"service": "stepfunctions", "operation": "SendTask*", "probability": 0.05, "fault": "duplicate"},
    {"service": "events", "operation": "Deliver", "probability": 0.1, "fault": "duplicate"},
    {"service": "events", "operation": "Deliver", "probability": 0.1, "fault": "delay", "seconds": 3},
    {"service": "sqs", "operation": "Deliver", "probability": 0.1, "fault": "duplicate"},
]
KILLS: list[dict[str, Any]] = [
    {"what": "functions", "function": "chaos-dispatcher", "count": 1},
    {"what": "functions", "function": "chaos", "count": 1},
    {"what": "functions", "function": "chaos-reporter", "count": 1},
    {"what": "containers", "count": 1},
    {"what": "functions", "function": "chaos-reconciler", "count": 1},
    {"what": "hosts", "count": 1},
]
KILL_EVERY_SECONDS = 0.7


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a task is asked for. `can_succeed`: it succeeds if it is left alone."""

    machine: str
    given: Mapping[str, Any]
    can_succeed: bool = True


def jobs_of(chance: random.Random) -> list[Job]:
    """Return the tasks: half of them functions, the others containers with and without the worker."""

    def container(machine: str, script: str, can_succeed: bool) -> Job:
        worker = chance.choice([[], [str(paths.TASK_WORKER), "--"]])
        return Job(
            machine=machine,
            given={"job": {"command": [*worker, "sh", "-c", script]}},
            can_succeed=can_succeed,
        )

    functions = [
        *([Job(machine="lambda-jobs", given={"return": 1})] * (TASKS * 6 // 20)),
        *([Job(machine="lambda-jobs", given={"sleep": 8})] * (TASKS * 2 // 20)),
        *([Job(machine="lambda-jobs", given={"raise": "as asked"}, can_succeed=False)] * (TASKS * 2 // 20)),
    ]
    kinds = (("echo 1", True), ("sleep 2; echo 1", True), ("sleep 25; echo 1", True), ("exit 3", False))
    containers = itertools.islice(
        itertools.cycle((machine, *kind) for kind in kinds for machine in ("fargate", "batch")),
        TASKS - len(functions),
    )
    jobs = [*functions, *(container(*one) for one in containers)]
    chance.shuffle(jobs)
    return jobs


@dataclass(kw_only=True)
class Chaos:
    """The stack, and what breaks it."""

    endpoint: str
    client: Callable[[str], Any]
    state_machines: Mapping[str, str]
    task_table: str
    # Tasks by their polls' ids, which are in the history too; a task loses it when it is closed.
    task_of_poll: dict[str, str] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask the local cloud for something of its own."""
        request = urllib.request.Request(  # noqa: S310 (http only)
            f"{self.endpoint}/_localcloud/{path}", json.dumps(body or {}).encode(), method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def start(self, number: int, job: Job) -> str:
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=self.state_machines[job.machine],
            name=f"chaos-{number}",
            input=json.dumps(job.given),
        )
        return str(started["executionArn"])

    def look(self) -> list[dict[str, Any]]:
        """Return all items of the task table, plain, and remember which poll took which task."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=self.task_table)
        items = [
            {key: next(iter(value.values())) for key, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]
        self.task_of_poll |= {i["poll_id"]: i["task_id"] for i in items if is_task(i) and "poll_id" in i}
        return items

    def reconcile(self) -> None:
        """Make a pass, as EventBridge does each minute; it may be killed like all others."""
        self.client("lambda").invoke(FunctionName="chaos-reconciler", InvocationType="Event")

    def last_pass(self) -> Any:
        """Make a pass, wait for its end, and return what it answers."""
        answer = self.client("lambda").invoke(FunctionName="chaos-reconciler")
        return {**json.load(answer["Payload"]), "error": answer.get("FunctionError")}

    def kill(self, chance: random.Random, request: Mapping[str, Any]) -> None:
        done = self.call("POST", "kill", {**request, "seed": chance.randrange(2**32)})
        self.killed[request.get("function", request["what"])] += len(done["killed"])

    def left_over(self) -> dict[str, Any]:
        """Return what has to go yet: open tasks, slots that no poll under way holds, jobs that run.

        Requests that came twice wait for slots too, and poll once more for no task when they get one.
        """
        items, ecs, batch = self.look(), self.client("ecs"), self.client("batch")
        unfinished = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
        found = {
            "open": [item["task_id"] for item in items if is_task(item) and "poll_id" in item],
            "slots": [
                holder
                for item in items
                for holder in item.get("holders", ())
                if time.time() - poll_time(holder) > POLL_SECONDS
            ],
            "tasks": ecs.list_tasks(cluster="chaos-fargate", desiredStatus="RUNNING")["taskArns"],
            "jobs": [
                job["jobId"]
                for status in unfinished
                for job in batch.list_jobs(jobQueue="chaos-batch", jobStatus=status)["jobSummaryList"]
            ],
        }
        return {name: what for name, what in found.items() if what}


def is_task(item: Mapping[str, Any]) -> bool:
    return "#" not in item["task_id"]


@pytest.fixture(scope="module")
def chaos(terraform, running_cloud: str, client, tmp_path_factory) -> Iterator[Chaos]:
    """Apply the stack, and destroy it before other tests run."""
    folder = HERE / "chaos"
    package = pack_function(tmp_path_factory.mktemp("chaos") / "chaos.zip")
    process.run([paths.TERRAFORM_INIT, folder], timeout_seconds=300)
    stack = terraform(folder, package=str(package))
    images = paths.CLOUD_IMAGES.read_text()
    paths.CLOUD_IMAGES.write_text(json.dumps({**json.loads(images), "chaos": {}}))
    code, _, errors = stack.apply(skip_plan=True, capture_output=True)
    assert code == 0, errors
    outputs = {name: output["value"] for name, output in stack.output().items()}
    try:
        yield Chaos(
            endpoint=running_cloud,
            client=client,
            state_machines=outputs["state_machines"],
            task_table=outputs["task_table"],
        )
    finally:
        code, _, errors = stack.destroy(force=None, auto_approve=IsFlagged)
        paths.CLOUD_IMAGES.write_text(images)
    assert code == 0, errors


@pytest.fixture(scope="module")
def seed() -> int:
    given = os.environ.get("SEED") or str(random.SystemRandom().randrange(2**32))
    # Also where pytest keeps what tests print: a run that fails has to be repeated.
    os.write(2, f"\nchaos: SEED={given}\n".encode())
    return int(given)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was asked for, by execution, and how it all ended."""

    chaos: Chaos
    jobs: Mapping[str, Job]
    injected: Mapping[str, int]
    descriptions: Mapping[str, Any]
    histories: Mapping[str, list[Any]]
    seconds: Mapping[str, int]
    last_pass: Any
    left_over: Mapping[str, Any]
    items: list[dict[str, Any]]


@pytest.fixture(scope="module")
def run(chaos: Chaos, seed: int) -> Run:
    """Break all of it for a while, then wait until it has come to rest."""
    chance = random.Random(seed)  # noqa: S311 (nothing secret: a run is repeated by it)
    jobs = jobs_of(chance)
    chaos.call("POST", "faults", {"seed": chance.randrange(2**32), "rules": FAULTS})
    watching = _Watch(chaos)
    try:
        begun = time.monotonic()
        arns = [chaos.start(number, job) for number, job in enumerate(jobs)]
        _break(chaos, chance)
        calm = time.monotonic()
        told = chaos.call("DELETE", "faults")
        running = _rest(_running_of(chaos, arns))
        ended = time.monotonic()
        # From here on the rule's passes are enough: more than one a minute would poll for missed tasks again.
        watching.end()
        last_pass = chaos.last_pass()
        left_over = _rest(chaos.left_over) | running
        seconds = {
            "broken": calm - begun,
            "until all ended": ended - calm,
            "until at rest": time.monotonic() - ended,
        }
    finally:
        chaos.call("DELETE", "faults")
        watching.end()
    stepfunctions = chaos.client("stepfunctions")
    return Run(
        chaos=chaos,
        jobs=dict(zip(arns, jobs, strict=True)),
        injected=_by_fault(told),
        descriptions={arn: stepfunctions.describe_execution(executionArn=arn) for arn in arns},
        histories={arn: _history(stepfunctions, arn) for arn in arns},
        seconds={stage: round(length) for stage, length in seconds.items()},
        last_pass=last_pass,
        left_over=left_over,
        items=[item for item in chaos.look() if is_task(item)],
    )


class _Watch:
    """Makes the reconciler's passes, and looks at the table, until told to end."""

    def __init__(self, chaos: Chaos) -> None:
        self._chaos, self._over = chaos, threading.Event()
        self._threads = [
            threading.Thread(target=self._every, args=(seconds, do), daemon=True)
            for seconds, do in ((PASS_SECONDS, chaos.reconcile), (0.5, chaos.look))
        ]
        for thread in self._threads:
            thread.start()

    def _every(self, seconds: float, do: Callable[[], object]) -> None:
        while not self._over.wait(seconds):
            do()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def _break(chaos: Chaos, chance: random.Random) -> None:
    over, never = time.monotonic() + CHAOS_SECONDS, threading.Event()
    for request in itertools.cycle(KILLS):
        if time.monotonic() > over:
            return
        chaos.kill(chance, request)
        never.wait(KILL_EVERY_SECONDS)


def _running_of(chaos: Chaos, arns: list[str]) -> Callable[[], dict[str, Any]]:
    describe, running = chaos.client("stepfunctions").describe_execution, list(arns)

    def look() -> dict[str, Any]:
        running[:] = [arn for arn in running if describe(executionArn=arn)["status"] == "RUNNING"]
        return {"executions": running} if running else {}

    return look


def _rest(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Wait until nothing is left, or for as long as it may take; return what is left."""
    over, never = time.monotonic() + CALM_SECONDS, threading.Event()
    while (found := look()) and time.monotonic() < over:
        never.wait(1)
    return found


def _history(stepfunctions: Any, arn: str) -> list[Any]:
    pages = stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def _by_fault(told: Mapping[str, Any]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for item in told["injected"]:
        counted[item["fault"]] += item["times"]
    return counted


def test_all_of_it_was_broken(run: Run, capfd) -> None:
    with capfd.disabled():
        statuses = Counter(d["status"] for d in run.descriptions.values())
        errors = Counter(d.get("error", "none") for d in run.descriptions.values())
        print(f"\nchaos: {dict(statuses)}, errors {dict(errors)}")
        print(f"chaos: killed {dict(run.chaos.killed)}, injected {dict(run.injected)}")
        print(f"chaos: seconds {dict(run.seconds)}")
    assert set(run.injected) == {"throttle", "error", "lose_answer", "delay", "duplicate"}
    assert set(run.chaos.killed) == {request.get("function", request["what"]) for request in KILLS}
    assert all(run.chaos.killed.values()), run.chaos.killed


def test_every_execution_ends(run: Run) -> None:
    assert len(run.jobs) == TASKS
    assert [arn for arn, d in run.descriptions.items() if d["status"] == "RUNNING"] == []


def test_what_can_not_succeed_fails_and_most_of_the_others_succeed(run: Run) -> None:
    succeeded = {arn for arn, d in run.descriptions.items() if d["status"] == "SUCCEEDED"}
    assert [arn for arn in succeeded if not run.jobs[arn].can_succeed] == []
    possible = [arn for arn, job in run.jobs.items() if job.can_succeed]
    assert len(succeeded) > len(possible) / 2


def test_every_failure_has_a_documented_name(run: Run) -> None:
    known = {*ErrorName, "States.HeartbeatTimeout", "States.Timeout"}
    found = {d["error"] for d in run.descriptions.values() if d["status"] != "SUCCEEDED"}
    assert found - known == set()


def test_each_attempt_has_one_outcome(run: Run) -> None:
    for arn, history in run.histories.items():
        kinds = Counter(event["type"] for event in history)
        assert kinds["ActivityStarted"] <= sum(kinds[end] for end in ENDS), arn
        assert kinds["ActivityScheduled"] == sum(kinds[end] for end in ENDS), arn


def test_table_and_history_agree(run: Run) -> None:
    """`cancelled` says that Step Functions did not take the outcome, or took it and its answer was lost."""
    items = {item["task_id"]: item for item in run.items}
    compared = 0
    for poll_id, end in _ends_by_poll(run.histories):
        item = items.get(run.chaos.task_of_poll.get(poll_id, ""))
        if item is not None:
            compared += 1
            assert item["outcome"] in (OUTCOMES[end], "cancelled"), (poll_id, end, item)
    assert [item for item in run.items if "outcome" not in item] == []
    # A task that is written and closed between two looks is not compared.
    assert compared > len(run.items) * 0.8


def _ends_by_poll(histories: Mapping[str, list[Any]]) -> Iterator[tuple[str, str]]:
    for history in histories.values():
        by_id = {event["id"]: event for event in history}
        for event in history:
            before = by_id.get(event["previousEventId"])
            if event["type"] in ENDS and before and before["type"] == "ActivityStarted":
                poll_id = poll_id_of(before["activityStartedEventDetails"]["workerName"])
                assert poll_id is not None
                yield poll_id, event["type"]


def test_the_reconciler_makes_its_passes(run: Run) -> None:
    assert run.last_pass["error"] is None, run.last_pass


def test_no_job_runs_and_no_slot_is_held(run: Run) -> None:
    assert run.left_over == {}


def test_all_is_well_again(run: Run, follow) -> None:
    for name, machine in run.chaos.state_machines.items():
        given = {"return": 1} if name == "lambda-jobs" else {"job": {"command": ["echo", "1"]}}
        start = run.chaos.client("stepfunctions").start_execution
        ended = follow(start(stateMachineArn=machine, input=json.dumps(given))["executionArn"])
        assert ended.status == "SUCCEEDED", (name, ended.error, ended.cause)
        output = json.loads(ended.output)
        # A container that knows nothing of tasks: its output is how it ended.
        assert output == 1 or (output["exit_code"], output["log_tail"]) == (0, ["1"])


def test_every_dead_letter_has_a_cause(run: Run) -> None:
    sqs = run.chaos.client("sqs")
    requests = sqs.get_queue_url(QueueName="chaos-dispatch-dead-letter")["QueueUrl"]
    reports = sqs.get_queue_url(QueueName="chaos-report-dead-letter")["QueueUrl"]
    assert sqs.receive_message(QueueUrl=requests).get("Messages", []) == []
    ask: Mapping[str, Any] = {
        "QueueUrl": reports,
        "MaxNumberOfMessages": 10,
        "MessageAttributeNames": ["All"],
    }
    for messages in iter(lambda: sqs.receive_message(**ask).get("Messages", []), []):
        assert [message for message in messages if not _has_cause(message)] == []


def _has_cause(message: Mapping[str, Any]) -> bool:
    condition = json.loads(message["Body"]).get("requestContext", {}).get("condition")
    return bool(condition or message.get("MessageAttributes", {}).get("ERROR_CODE"))


def test_nobody_lacked_a_permission(run: Run) -> None:
    assert [line for line in refusals(run.chaos.endpoint) if "chaos" in line] == []
