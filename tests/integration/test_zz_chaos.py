"""What came of the run of test_chaos.py: each task ends, and ends once."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import pytest
from tests.integration import trial
from tests.integration.applied import Applied
from tests.integration.chaos.plan import KILLS, TASKS
from tests.integration.chaos.run import Run
from tests.integration.helpers import refusals

from activity_dispatch.domain.outcomes import ErrorName
from activity_dispatch.domain.polls import poll_id_of
from activity_dispatch_cli import stack
from activity_dispatch_cli.account import connect
from activity_dispatch_cli.timeline.command import timeline
from operations import paths

POOL_SIZE = 12
TIMELINE = paths.ROOT / "build/chaos/timeline.html"
OUTCOMES = {"ActivitySucceeded": "succeeded", "ActivityFailed": "failed", "ActivityTimedOut": "cancelled"}


@pytest.fixture(scope="module")
def run(chaos_run: Future[Run], chaos_applied: Applied) -> Iterator[Run]:
    """Wait until the run has come to rest; its stack is destroyed while the next tests run."""
    yield chaos_run.result()
    chaos_applied.begin_destroy()


def test_everything_was_broken(run: Run, capfd) -> None:
    with capfd.disabled():
        statuses = Counter(d["status"] for d in run.descriptions.values())
        errors = Counter(d.get("error", "none") for d in run.descriptions.values())
        print(f"\nchaos: {dict(statuses)}, errors {dict(errors)}")
        print(f"chaos: killed {dict(run.chaos.killed)}, injected {dict(run.injected)}")
        print(f"chaos: seconds {dict(run.seconds)}")
        print(f"chaos: {run.chaos.forged} events forged, an activity moved {run.chaos.moved} times")
        print(f"chaos: {len(followers(run))} tasks of warm workers, {run.chaos.pool_held} pool slots held")
        print(f"chaos: attempts of the chain's tasks {dict(Counter(map(attempts, chained(run))))}")
    assert set(run.injected) == {"throttle", "error", "lose_answer", "delay", "duplicate"}
    assert set(run.chaos.killed) == {request.get("function", request["what"]) for request in KILLS}
    assert all(run.chaos.killed.values()), run.chaos.killed
    assert (run.chaos.forged > 0, run.chaos.moved > 0) == (True, True)
    assert max(map(attempts, chained(run))) > 1
    assert followers(run)


def chained(run: Run) -> list[dict[str, Any]]:
    return [item for item in run.items if item.get("activity_arn", "").endswith("-chained-on-demand")]


def followers(run: Run) -> list[dict[str, Any]]:
    """Return the tasks that a job took that was started for another; they have no activity of their own."""
    return [item for item in run.items if "activity_arn" not in item]


def attempts(item: Mapping[str, Any]) -> int:
    return len(json.loads(item.get("attempts", "[]"))) + 1


def test_the_timeline_shows_the_run(run: Run, running_cloud: str) -> None:
    """`make screenshot` makes the docs' picture of it."""
    TIMELINE.parent.mkdir(parents=True, exist_ok=True)
    found = stack.find(connect(region=trial.REGION, endpoint=running_cloud), "chaos")
    assert timeline(found, None, "2h", TIMELINE) == 0
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', TIMELINE.read_text())
    assert data is not None
    tasks = json.loads(data[1])["tasks"]
    assert len(tasks) >= TASKS
    assert {task["outcome"] for task in tasks} >= {"succeeded", "failed"}
    assert any("attempt" in task for task in tasks)


def test_no_task_is_at_work_twice(run: Run) -> None:
    """Of those that claim their task; two attempts of a chain neither."""
    assert run.twice == []


def test_a_pool_is_never_held_over_its_size(run: Run) -> None:
    assert 0 < run.chaos.pool_held <= POOL_SIZE


def test_every_task_knows_its_execution(run: Run) -> None:
    assert {item["execution_arn"] for item in run.items} <= set(run.jobs)


def test_every_execution_ends(run: Run) -> None:
    assert len(run.jobs) == TASKS
    assert [arn for arn, d in run.descriptions.items() if d["status"] == "RUNNING"] == []


def test_tasks_that_cannot_succeed_fail_and_most_others_succeed(run: Run) -> None:
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
        assert kinds["ActivityStarted"] <= sum(kinds[end] for end in OUTCOMES), arn
        assert kinds["ActivityScheduled"] == sum(kinds[end] for end in OUTCOMES), arn


def test_table_and_history_agree(run: Run) -> None:
    """`cancelled`: Step Functions did not accept the outcome, or accepted it and its answer was lost."""
    items = {item["task_id"]: item for item in run.items}
    compared = 0
    for poll_id, end in _ends_by_poll(run.histories):
        item = items.get(run.chaos.task_of_poll.get(poll_id, ""))
        if item is not None:
            compared += 1
            assert item["outcome"] in (OUTCOMES[end], "cancelled"), (poll_id, end, item)
    assert [item for item in run.items if "outcome" not in item] == []
    # A task that is written and closed between two reads of the table is not compared.
    assert compared > len(run.items) * 0.8


def _ends_by_poll(histories: Mapping[str, list[Any]]) -> Iterator[tuple[str, str]]:
    for history in histories.values():
        by_id = {event["id"]: event for event in history}
        for event in history:
            before = by_id.get(event["previousEventId"])
            if event["type"] in OUTCOMES and before and before["type"] == "ActivityStarted":
                poll_id = poll_id_of(before["activityStartedEventDetails"]["workerName"])
                assert poll_id is not None
                yield poll_id, event["type"]


def test_the_last_pass_of_the_reconciler_succeeds(run: Run) -> None:
    assert run.last_pass["error"] is None, run.last_pass


def test_no_job_is_left_running_and_no_slot_held(run: Run) -> None:
    assert run.left_over == {}


def test_new_executions_succeed_afterwards(run: Run, follow, tmp_path) -> None:
    inputs: Mapping[str, Any] = {"lambda-jobs": {"return": 1}, "warm": f"{tmp_path} 0 0"}
    for name, machine in run.chaos.state_machines.items():
        given = inputs.get(name, {"job": {"command": ["echo", "1"]}})
        start = run.chaos.client("stepfunctions").start_execution
        ended = follow(start(stateMachineArn=machine, input=json.dumps(given))["executionArn"])
        assert ended.status == "SUCCEEDED", (name, ended.error, ended.cause)
        output = json.loads(ended.output)
        # A container without the worker: its output is its exit code and log tail.
        assert output == 1 or (output["exit_code"], output["log_tail"]) == (0, ["1"])


def test_every_dead_letter_has_a_cause(run: Run) -> None:
    sqs = run.chaos.client("sqs")
    requests = sqs.get_queue_url(QueueName="chaos-dispatch-dead-letter")["QueueUrl"]
    reports = sqs.get_queue_url(QueueName="chaos-report-dead-letter")["QueueUrl"]
    assert sqs.receive_message(QueueUrl=requests).get("Messages", []) == []
    request: Mapping[str, Any] = {
        "QueueUrl": reports,
        "MaxNumberOfMessages": 10,
        "MessageAttributeNames": ["All"],
    }
    for messages in iter(lambda: sqs.receive_message(**request).get("Messages", []), []):
        assert [message for message in messages if not _has_cause(message)] == []


def _has_cause(message: Mapping[str, Any]) -> bool:
    # A record of the reporter's names an error, and EventBridge's message says why it was not delivered.
    return bool(
        json.loads(message["Body"]).get("error") or message.get("MessageAttributes", {}).get("ERROR_CODE")
    )


def test_no_permission_was_missing(run: Run) -> None:
    assert [line for line in refusals(run.chaos.endpoint) if "chaos" in line] == []
