"""What docs/migration.md says, done while tasks are open and more arrive."""

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from tests.integration.helpers import refusals, wait_until
from tests.states.migrated.root import Root

from activity_dispatch_cli import execution

TABLE = "moving-tasks"
NEWCOMER_SECONDS = 5
REST_SECONDS = 100
# Activities with an open task each, and those of mode poll and logs, which have no requests.
KINDS = ("own", "narrow", "polled", "heard", "called", "fargate", "batch", "sagemaker")
# As the page says: a dispatcher that runs still takes tasks, and nothing tells that it has ended.
PAUSED_SECONDS = 300
# Activity, input, output, error.
type Job = tuple[str, Any, Any, str | None]
# A newcomer while nothing is started.
OWN: Job = ("own", {"return": "meanwhile"}, "meanwhile", None)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An execution that was started, and how it should end."""

    arn: str
    job: Job


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What was started, and what was seen on the way."""

    asked: list[Asked]
    plan: list[dict[str, Any]]
    last_plan: list[dict[str, Any]]
    blocks: int
    before: dict[str, dict[str, Any]]
    refused: int


def jobs(folder: Any) -> Iterator[Job]:
    """Tasks that wait for a file; some then fail."""
    gate, text = folder / "gate", folder / "text"
    text.write_text("all well")
    wait_for_gate = f"until [ -e {gate} ]; do sleep 0.2; done; "
    for activity in ("own", "narrow", "narrow", "narrow", "polled", "heard", "called"):
        yield activity, {"needs_file": str(text), "after": str(gate)}, "all well", None
    yield "own", {"needs_file": str(folder / "none"), "after": str(gate)}, None, "Not.Ready"
    for activity in ("fargate", "batch"):
        for script, output, error in (
            ("echo '{\"number\": 1}'", {"number": 1}, None),
            ("exit 3", None, "Job.Failed"),
        ):
            yield activity, {"job": {"command": ["sh", "-c", wait_for_gate + script]}}, output, error
    # Its output says where its model is.
    yield "sagemaker", {"epochs": 1}, ..., None


def quick(text: str) -> Iterator[Job]:
    """Tasks that end at once, in every activity."""
    for activity in ("own", "narrow", "polled", "heard", "called"):
        yield activity, {"return": text}, text, None
    for activity in ("fargate", "batch"):
        yield activity, {"job": {"command": ["echo", json.dumps(text)]}}, text, None
    yield "sagemaker", {"epochs": 1}, ..., None


def migrate(root: Root, client: Callable[[str], Any], endpoint: str) -> Moved:
    """Migrate a stack that 0.1.0's modules have made; return once all its tasks have ended."""
    machines = json.loads(root.terraform("output", "-json"))["state_machines"]["value"]

    def start(job: Job) -> Asked:
        return Asked(arn=execution.start(client("stepfunctions"), machines[job[0]], job[1]), job=job)

    asked = [start(job) for job in jobs(root.folder)]
    wait_until(lambda: running(client) >= set(KINDS), REST_SECONDS)
    before = items(client)
    pause(client, root.write_after())
    paused = time.monotonic()
    root.init()
    blocks = (root.folder / "moved.tf").read_text().count("\nmoved {")
    plan = root.plan("-var=paused=true", "-refresh=false")
    time.sleep(max(0.0, paused + PAUSED_SECONDS - time.monotonic()))
    with ThreadPoolExecutor(1) as pool:
        applied = pool.submit(root.apply, "plan")
        while not wait([applied], timeout=NEWCOMER_SECONDS).done:
            asked.append(start(OWN))
        applied.result()
    (root.folder / "moved.tf").unlink()
    root.apply("-var=paused=false", "-refresh=false")
    refused = len(refusals(endpoint))
    (root.folder / "gate").touch()
    asked += [start(job) for job in quick("afterwards")]
    last_plan = root.plan("-var=paused=false")
    wait_until(lambda: not are_running(client, asked), 2 * REST_SECONDS)
    return Moved(asked=asked, plan=plan, last_plan=last_plan, blocks=blocks, before=before, refused=refused)


def are_running(client: Callable[[str], Any], asked: list[Asked]) -> bool:
    """Return whether an execution has not ended."""
    states = client("stepfunctions")
    return any(states.describe_execution(executionArn=one.arn)["status"] == "RUNNING" for one in asked)


def pause(client: Callable[[str], Any], printed: str) -> None:
    """Run the commands that `make migrate` printed, without AWS's command line."""
    uuid = re.search(r"update-event-source-mapping --uuid (\S+) --no-enabled", printed)
    rule = re.search(r"disable-rule --name (\S+)", printed)
    assert uuid is not None
    assert rule is not None
    client("lambda").update_event_source_mapping(UUID=uuid[1], Enabled=False)
    client("events").disable_rule(Name=rule[1])


def items(client: Callable[[str], Any]) -> dict[str, dict[str, Any]]:
    """The items of the task table by key, with their attributes as text."""
    found = client("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
    plain = [{name: str(*value.values()) for name, value in item.items()} for item in found]
    return {item["task_id"]: item for item in plain}


def running(client: Callable[[str], Any]) -> set[str]:
    """The activities that have a running job."""
    tasks = [item for key, item in items(client).items() if "#" not in key and "job_id" in item]
    return {task["activity_arn"].rpartition(":")[2].removeprefix("moving-") for task in tasks}
