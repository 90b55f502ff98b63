"""States that wait for a callback have their jobs started, with the same guarantees as activities."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.helpers import cause_of, wait_until
from tests.integration.test_nothing_hangs import most_at_once

from activity_dispatch_cli.execution import Ended


def kinds(ended: Ended) -> list[str]:
    return [event["type"] for event in ended.events]


def test_a_success_is_the_states_output(faulty) -> None:
    ended = faulty.run({"return": {"n": 1.5, "text": '\u00e4 " \\'}}, "called")
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    assert json.loads(str(ended.output)) == {"n": 1.5, "text": '\u00e4 " \\'}
    assert "TaskSubmitted" in kinds(ended)
    assert "ActivityScheduled" not in kinds(ended)
    wait_until(lambda: faulty.open_items() == [])


@pytest.mark.parametrize(
    ("job_input", "error", "message"),
    [
        ({"raise_error": "My.Error", "message": "mine"}, "My.Error", "mine"),
        ({"exit": 3}, "Job.Failed", "exit status 3"),
        ({"job": {"image": "x"}}, "Dispatch.InvalidInput", "job.image: not allowed"),
    ],
)
def test_a_failure_is_the_states_error(faulty, job_input: Any, error: str, message: str) -> None:
    ended = faulty.run(job_input, "called")
    assert ended.error == error
    assert message in cause_of(ended)["message"]
    wait_until(lambda: faulty.open_items() == [])


def test_an_abort_stops_running_jobs_and_waiting_tasks(faulty, client, log_lines) -> None:
    arns = [faulty.start({"sleep": 19}, "called-narrow") for _ in range(4)]
    wait_until(lambda: Counter(item["state"] for item in faulty.open_items()) == {"started": 3, "waiting": 1})
    for arn in arns:
        client("stepfunctions").stop_execution(executionArn=arn)
    wait_until(lambda: (faulty.open_items(), faulty.slot_holders("called-narrow")) == ([], []), seconds=60)
    # None of them finished.
    assert not any("slept for 19 s" in line for line in log_lines("/aws/lambda/faulty"))
    outcomes = Counter(
        item.get("outcome") for item in faulty.items() if item["activity_arn"] == "callback:called-narrow"
    )
    assert outcomes["cancelled"] >= 4


def test_a_request_that_is_delivered_again_starts_one_job(faulty, client, log_lines, tmp_path: Path) -> None:
    queue, result, go = faulty.queue_url(client), tmp_path / "result", tmp_path / "go"
    result.write_text("done")
    # The job ends once the requests are handled: one for a task that has ended is dropped silently.
    arn = faulty.start({"needs_file": str(result), "after": str(go)}, "called")
    # Before its start, a second delivery is taken for the first.
    (item,) = wait_until(lambda: [item for item in faulty.open_items() if item["state"] == "started"])
    body = {"callback": "called", "task_token": item["token"], "input": "{}", "execution_arn": arn}
    for _ in range(3):
        client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(body))
    group = faulty.functions["dispatcher"]["log_group_name"]
    wait_until(
        lambda: sum(f"task {item['task_id']} was delivered again" in line for line in log_lines(group)) == 3
    )
    go.touch()
    ended = faulty.wait(arn)
    assert (ended.status, ended.output) == ("SUCCEEDED", '"done"')
    assert sum(f"task {item['task_id']} started" in line for line in log_lines(group)) == 1
    assert not [line for line in log_lines(group) if item["token"] in line]


def test_twenty_tasks_share_three_slots_and_each_is_processed_once(faulty) -> None:
    began = time.time()
    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(lambda n: faulty.start({"span": 0.5}, "called-narrow"), range(20)))
    ended = [faulty.wait(arn) for arn in arns]
    assert Counter(one.status for one in ended) == {"SUCCEEDED": 20}
    spans = [tuple(json.loads(str(one.output))) for one in ended]
    assert most_at_once(spans) == 3
    ends = sorted(end for _, end in spans)
    # The fourth job waits for the first end, the fifth for the second, and so on.
    waits = [begin - end for (begin, _), end in zip(sorted(spans)[3:], ends, strict=False)]
    print(f"a freed slot is used after {max(waits):.2f} s at most; all in {ends[-1] - began:.1f} s")
    # A busy machine is slow; a lost request would wait for the reconciler.
    assert max(waits) < 30
    assert Counter(kind for one in ended for kind in kinds(one))["TaskSucceeded"] == 20
    wait_until(lambda: (faulty.open_items(), faulty.slot_holders("called-narrow")) == ([], []))


def test_no_request_was_lost(faulty, client) -> None:
    letters = client("sqs").get_queue_attributes(
        QueueUrl=faulty.dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert letters["Attributes"]["ApproximateNumberOfMessages"] == "0"
