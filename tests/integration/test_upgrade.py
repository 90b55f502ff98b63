"""A release follows another while 50 tasks are open: none is lost, none runs twice."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import pack_function, wait_until

from activity_dispatch_cli.logs import written_by_now
from operations import paths
from operations.artifacts import zips

FUNCTIONS = ("dispatcher", "reporter", "reconciler", "poller", "listener")
MARK = "this is the next release"
NEWCOMER_SECONDS = 0.5
# A poll for missed tasks may be under way; it holds a slot until it returns.
REST_SECONDS = 100
ENDS = ("ActivitySucceeded", "ActivityFailed", "ActivityTimedOut")
OPEN = 50

# Activity, input, output, error.
type Job = tuple[str, Any, Any, str | None]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An execution that was started, and its expected output or error."""

    arn: str
    output: Any = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """Everything that was started, and how things were before."""

    asked: list[Asked]
    hashes: Mapping[str, str]
    letters: int
    open_after: int


@pytest.fixture(scope="module")
def next_release(tmp_path_factory) -> dict[str, str]:
    """The variables of a release: zips of the same sources with another version, which they print."""
    folder = tmp_path_factory.mktemp("next")
    shutil.copytree(
        paths.ROOT / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__")
    )
    project = folder / "functions/common/pyproject.toml"
    project.write_text(project.read_text().replace('version = "', 'version = "9.'))
    for name in FUNCTIONS:
        handler = folder / f"functions/{name}/src/{name}/handler.py"
        handler.write_text(f"{handler.read_text()}\nprint({MARK!r})\n")
        zips.build(name, folder / f"zip/{name}.zip", root=folder)
    package = pack_function(folder / "faulty.zip", more={"release.txt": MARK})
    return {"packages_dir": str(folder / "zip"), "package": str(package)}


@pytest.fixture(scope="module")
def gate(tmp_path_factory) -> Path:
    """The file that containers wait for."""
    folder: Path = tmp_path_factory.mktemp("gate")
    return folder / "open"


def jobs(gate: Path) -> Iterator[Job]:
    """The tasks. Of `narrow` and `fargate`, five run at a time."""
    for number in range(50):
        yield "narrow", {"sleep": 2}, "slept", None
        if number < 10:
            yield "steady", {"sleep": 10}, "slept", None
        if number < 4:
            yield "heard", {"sleep": 10}, "slept", None
            yield "polled", {"sleep": 10}, "slept", None
        if number < 12:
            # The first eight run long, and their worker sends heartbeats. The others have no worker.
            worker = [str(paths.TASK_WORKER), "--"] if number < 8 else []
            script = f"until [ -e {gate} ]; do sleep 0.1; done; " if worker else ""
            fails = number % 4 == 3
            script += "exit 3" if fails else f"echo '{json.dumps({'number': number})}'"
            given = {"job": {"command": [*worker, "sh", "-c", script]}}
            yield "fargate", given, {"number": number}, "Job.Failed" if fails else None


@pytest.fixture(scope="module")
def upgraded(faulty, faulty_terraform, next_release, gate: Path, client) -> Upgraded:
    """Apply the next release while the tasks are open and more arrive."""
    hashes, letters = hashes_of(faulty, client), letters_of(client)
    # Its rule would start the poller within a minute.
    client("lambda").invoke(FunctionName=faulty.functions["poller"]["arn"], InvocationType="Event")
    with ThreadPoolExecutor(10) as pool:
        asked = list(pool.map(partial(start, faulty), jobs(gate)))
        wait_for_each_kind(faulty)
        assert still_open(client, asked) >= OPEN
        assert faulty.waiting_requests() > 0
        faulty_terraform.variables.update(next_release)
        applied = pool.submit(faulty_terraform.apply, skip_plan=True, refresh=False, capture_output=True)
        number = 0
        while not wait([applied], timeout=NEWCOMER_SECONDS).done:
            number += 1
            asked.append(start(faulty, ("steady", {"return": number}, number, None)))
        code, _, errors = applied.result()
    assert code == 0, errors
    open_after = still_open(client, asked)
    gate.touch()
    asked += [start(faulty, ("steady", {"return": after}, after, None)) for after in ("next", "release")]
    return Upgraded(asked=asked, hashes=hashes, letters=letters, open_after=open_after)


def start(faulty, job: Job) -> Asked:
    activity, given, output, error = job
    return Asked(arn=faulty.start(given, activity), output=output if error is None else None, error=error)


def wait_for_each_kind(faulty) -> None:
    """Wait until a job of each activity has been running; more requests wait for a slot."""
    seen: set[str] = set()

    def each_kind_seen() -> bool:
        seen.update(running(faulty))
        return seen >= {"narrow", "steady", "heard", "polled", "fargate"}

    wait_until(each_kind_seen, REST_SECONDS)


def running(faulty) -> set[str]:
    """The activities that have a running job."""
    return {item["activity_arn"].rpartition("faulty-")[2] for item in faulty.open_items() if "job_id" in item}


def still_open(client: Callable[[str], Any], asked: list[Asked]) -> int:
    describe = client("stepfunctions").describe_execution
    return sum(describe(executionArn=one.arn)["status"] == "RUNNING" for one in asked)


def hashes_of(faulty, client: Callable[[str], Any]) -> dict[str, str]:
    names = {name: faulty.functions[name]["arn"] for name in FUNCTIONS} | {"faulty": "faulty"}
    get = client("lambda").get_function_configuration
    return {name: get(FunctionName=function)["CodeSha256"] for name, function in names.items()}


def letters_of(client: Callable[[str], Any]) -> int:
    """How many messages are in the dead-letter queues."""
    sqs, count = client("sqs"), 0
    for name in ("faulty-dispatch-dead-letter", "faulty-report-dead-letter"):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        count += int(attributes["Attributes"]["ApproximateNumberOfMessages"])
    return count


def streams_of_next(faulty, client: Callable[[str], Any], function: str) -> set[str]:
    """The log streams of environments that run the next release."""
    events = written_by_now(client("logs"), faulty.functions[function]["log_group_name"])
    return {event["logStreamName"] for event in events if MARK in event["message"]}


def test_every_task_ends_as_expected(faulty, upgraded: Upgraded) -> None:
    ended = {one.arn: faulty.wait(one.arn) for one in upgraded.asked}
    for one in upgraded.asked:
        found = ended[one.arn]
        assert found.error == one.error, found.cause
        assert json.loads(found.output or "null") == one.output
    assert len(upgraded.asked) > OPEN


def test_each_task_was_taken_once_and_has_one_outcome(faulty, upgraded: Upgraded) -> None:
    for one in upgraded.asked:
        kinds = Counter(event["type"] for event in faulty.wait(one.arn).events)
        assert (kinds["ActivityScheduled"], kinds["ActivityStarted"]) == (1, 1)
        assert sum(kinds[end] for end in ENDS) == 1


def test_no_task_slot_or_message_is_left(faulty, client, upgraded: Upgraded) -> None:
    ended = [faulty.wait(one.arn) for one in upgraded.asked]

    def left() -> dict[str, Any]:
        found = {
            "open": faulty.open_items(),
            "slots": faulty.slots_kept(ended),
            "waiting": faulty.waiting_requests(),
        }
        return {name: what for name, what in found.items() if what}

    wait_until(lambda: left() == {}, REST_SECONDS)
    assert faulty.reconcile() == {}
    assert letters_of(client) == upgraded.letters


def test_both_releases_took_tasks(faulty, client, upgraded: Upgraded) -> None:
    """The upgrade came in the middle: more tasks were open than one release may run at once."""
    assert upgraded.open_after >= 12
    now = hashes_of(faulty, client)
    assert [name for name, code in now.items() if code == upgraded.hashes[name]] == []
    ends = [faulty.wait(one.arn) for one in upgraded.asked]
    workers = [
        event["activityStartedEventDetails"]["workerName"]
        for ended in ends
        for event in ended.events
        if event["type"] == "ActivityStarted"
    ]

    def takers() -> set[bool]:
        streams = streams_of_next(faulty, client, "dispatcher")
        return {any(stream.startswith(worker.split(" ")[2]) for stream in streams) for worker in workers}

    wait_until(lambda: takers() == {True, False})
    for name in ("reporter", "reconciler"):
        assert wait_until(partial(streams_of_next, faulty, client, name))
