"""A task's life: outputs, errors, many at once, limits, JSONPath and JSONata."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import cause_of
from tests.integration.test_nothing_hangs import most_at_once
from tests.second_cloud.conftest import Stacks
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client

from activity_dispatch_cli.execution import Ended

Run = Callable[..., Ended]
Start = Callable[..., str]
Wait = Callable[[str], Ended]
VALUES = [None, 0, -1.5, "", 9007199254740993, [1, {"a": None}], {"text": 'ä " \\ \u2028 \U0001f600'}]


def together(start: Start, wait: Wait, documents: list[Any], machine: str) -> list[Ended]:
    """Run an execution for each document, all at once."""
    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(lambda document: start(document, machine), documents))
    return [wait(arn) for arn in arns]


def meeting(folder: Path, jobs: int) -> Any:
    """The input of jobs of which the first so many run at the same time, however late each starts."""
    return {"span": 0.4, "meeting": {"folder": str(folder), "jobs": jobs}}


@pytest.mark.parametrize("machine", ["steady", "called"])
def test_an_output_arrives_unchanged(run: Run, machine: str) -> None:
    ended = run({"return": VALUES}, machine)
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    assert json.loads(str(ended.output)) == VALUES


@pytest.mark.parametrize(
    ("machine", "job_input", "error", "message"),
    [
        ("steady", {"raise_error": "My.Error", "message": "mine"}, "My.Error", "mine"),
        ("called", {"raise_error": "My.Error", "message": "mine"}, "My.Error", "mine"),
        ("steady", {"raise": "boom"}, "Job.Failed", "ValueError: boom"),
        ("steady", {"return": "a set"}, "Job.InvalidOutput", "set"),
        ("called", {"job": {"image": "x"}}, "Dispatch.InvalidInput", "job.image: not allowed"),
    ],
)
def test_an_error_has_its_name_and_its_message(
    run: Run, machine: str, job_input: Any, error: str, message: str
) -> None:
    ended = run(job_input, machine)
    assert (ended.status, ended.error) == ("FAILED", error)
    assert message in cause_of(ended)["message"]


def test_an_error_brings_the_last_log_lines(run: Run) -> None:
    ended = run({"raise": "boom"})
    lines = cause_of(ended)["log_tail"]
    assert "asked for {'raise': 'boom'}" in lines[0]
    assert lines[-1] == "ValueError: boom"


def test_an_output_too_large_for_a_state_goes_to_s3(run: Run, client: Client, stacks: Stacks) -> None:
    output = json.loads(str(run({"return_bytes": 300_000}).output))
    bucket, _, key = output["output_s3_uri"].removeprefix("s3://").partition("/")
    assert bucket == stacks.second.data_bucket
    kept = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert (len(kept), hashlib.sha256(kept).hexdigest()) == (output["bytes"], output["sha256"])


def test_a_map_never_runs_more_than_its_limit(run: Run, tmp_path: Path) -> None:
    ended = run({"items": [meeting(tmp_path, 4)] * 30}, "map")
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    spans = [(begin, end) for begin, end in json.loads(str(ended.output))]
    assert len(spans) == 30
    assert most_at_once(spans) == 4


@pytest.mark.parametrize(("machine", "limit"), [("narrow", 4), ("called-narrow", 3)])
def test_there_are_never_more_jobs_than_slots(
    start: Start, wait: Wait, machine: str, limit: int, tmp_path: Path
) -> None:
    ended = together(start, wait, [meeting(tmp_path, limit)] * 20, machine)
    assert Counter(one.status for one in ended) == {"SUCCEEDED": 20}
    assert (
        most_at_once([(begin, end) for begin, end in (json.loads(str(one.output)) for one in ended)]) == limit
    )


def test_twenty_tasks_that_are_polled_for_are_each_processed_once(
    start: Start, wait: Wait, client: Client, stacks: Stacks
) -> None:
    """For a state machine that knows nothing of a dispatcher."""
    # Its rule would start the poller within a minute.
    client("lambda").invoke(FunctionName=stacks.second.functions["poller"]["arn"], InvocationType="Event")
    ended = together(start, wait, [{"return": n} for n in range(20)], "polled")
    assert [one.output for one in ended] == [str(n) for n in range(20)]


def test_a_jsonata_machine_with_an_activity(run: Run, faults: Faults) -> None:
    ended = run({"return": VALUES}, "jsonata")
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    # The state's Output takes the branch's output out of the list of all.
    faults.occurs("jsonata-parallel-output", proof=json.loads(str(ended.output)) == [VALUES])


def test_a_jsonata_machine_with_a_callback(run: Run) -> None:
    ended = run({"return": "jsonata"}, "jsonata-callback")
    assert (ended.status, ended.output) == ("SUCCEEDED", '"jsonata"')


def test_an_execution_s_history_knows_no_activities(run: Run, faults: Faults) -> None:
    kinds = {event["type"] for event in run({"return": 1}).events}
    faults.occurs("no-activity-events", proof=not any(kind.startswith("Activity") for kind in kinds))


@pytest.mark.parametrize("machine", ["steady", "called"])
def test_of_fifty_at_once_each_is_processed_once(
    start: Start, wait: Wait, client: Client, machine: str
) -> None:
    ended = together(start, wait, [{"return": f"{machine} {n}"} for n in range(50)], machine)
    assert Counter(one.status for one in ended) == {"SUCCEEDED": 50}
    assert [json.loads(str(one.output)) for one in ended] == [f"{machine} {n}" for n in range(50)]
    pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/second")
    lines = [event["message"] for page in pages for event in page["events"]]
    asked = Counter(
        n for n in range(50) for line in lines if f"asked for {{'return': '{machine} {n}'}}" in line
    )
    assert set(asked.values()) == {1}
    assert len(asked) == 50
