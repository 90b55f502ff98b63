"""Every task ends, none runs twice, no job runs once nobody waits for it, and no limit is exceeded."""

import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from tests.integration.helpers import cause_of, wait_until

from activity_dispatch_cli.execution import Ended

CLUSTER = "faulty"


def most_at_once(spans: list[tuple[float, float]]) -> int:
    """Return how many of the time spans overlap at most."""
    moments = sorted([(end, -1) for _, end in spans] + [(begin, 1) for begin, _ in spans])
    running = most = 0
    for _, change in moments:
        running += change
        most = max(most, running)
    return most


def span(ended: Ended, begin: str, end: str) -> tuple[float, float]:
    times = {event["type"]: event["timestamp"].timestamp() for event in ended.events}
    return times[begin], times[end]


def running_jobs(client: Callable[[str], Any]) -> list[str]:
    return list(client("ecs").list_tasks(cluster=CLUSTER, desiredStatus="RUNNING")["taskArns"])


@contextmanager
def without_rule(client: Callable[[str], Any], name: str) -> Iterator[None]:
    """Lose the events of a rule."""
    client("events").disable_rule(Name=name)
    try:
        yield
    finally:
        client("events").enable_rule(Name=name)


@pytest.mark.parametrize(
    ("job_input", "error", "message"),
    [
        ({"exit": 3}, "Job.Failed", "exit status 3"),
        ({"signal": "SIGKILL"}, "Job.OutOfMemory", "signal: killed"),
    ],
)
def test_lambda_reports_a_function_that_dies(faulty, job_input, error: str, message: str) -> None:
    began = time.monotonic()
    ended = faulty.run(job_input)
    assert (ended.error, time.monotonic() - began < 10) == (error, True)
    assert message in cause_of(ended)["message"]
    assert cause_of(ended)["stop_code"] == "RetriesExhausted"
    wait_until(lambda: faulty.open_items() == [])


def test_functions_keep_their_limit_and_the_rest_wait_in_step_functions(faulty, client) -> None:
    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(lambda _: faulty.start({"sleep": 1}, "narrow"), range(60)))

    def waiting() -> int:
        kinds = [
            {
                event["type"]
                for event in client("stepfunctions").get_execution_history(executionArn=arn)["events"]
            }
            for arn in arns
        ]
        return sum("ActivityScheduled" in kind and "ActivityStarted" not in kind for kind in kinds)

    wait_until(lambda: waiting() > 10)
    ended = [faulty.wait(arn) for arn in arns]
    assert Counter(one.status for one in ended) == {"SUCCEEDED": 60}
    assert most_at_once([span(one, "ActivityStarted", "ActivitySucceeded") for one in ended]) == 5
    wait_until(lambda: (faulty.slots_kept(ended), faulty.open_items()) == (set(), []))
    assert letters(client, faulty) == 0


def test_containers_keep_their_limit(faulty, client) -> None:
    arns = [faulty.start({"job": {"command": ["sleep", "1"]}}, "fargate") for _ in range(20)]
    ended = [faulty.wait(arn) for arn in arns]
    assert Counter(one.status for one in ended) == {"SUCCEEDED": 20}
    jobs = [item["job_id"] for item in faulty.items() if item["backend"] == "ecs"][-20:]
    found = client("ecs").describe_tasks(cluster=CLUSTER, tasks=jobs)["tasks"]
    spans = [(task["startedAt"].timestamp(), task["stoppedAt"].timestamp()) for task in found]
    assert len(spans) == 20
    assert 1 < most_at_once(spans) <= 5
    wait_until(lambda: (faulty.slots_kept(ended), faulty.open_items()) == (set(), []))


def letters(client: Callable[[str], Any], faulty: Any) -> int:
    attributes = client("sqs").get_queue_attributes(
        QueueUrl=faulty.dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])


def test_a_container_of_an_aborted_execution_is_stopped_within_5_s(faulty, client) -> None:
    arn = faulty.start({"job": {"command": ["sleep", "100"]}}, "fargate")
    wait_until(lambda: running_jobs(client))
    client("stepfunctions").stop_execution(executionArn=arn)
    wait_until(lambda: not running_jobs(client), seconds=5)
    wait_until(lambda: faulty.open_items() == [])
    assert Counter(item.get("outcome") for item in faulty.items())["cancelled"] >= 1


def test_a_function_of_an_aborted_execution_is_ended_within_5_s(faulty, client, log_lines) -> None:
    arn = faulty.start({"sleep": 15})
    wait_until(lambda: [item for item in faulty.open_items() if "claimed_by" in item])
    client("stepfunctions").stop_execution(executionArn=arn)
    # A function's task is closed once the function has ended.
    wait_until(lambda: faulty.open_items() == [], seconds=5)
    assert not any("slept for 15 s" in line for line in log_lines("/aws/lambda/faulty"))


def test_without_the_event_an_abort_stops_the_container_at_the_next_heartbeat(faulty, client) -> None:
    with without_rule(client, "faulty-executions"):
        arn = faulty.start({"job": {"command": ["sleep", "100"]}}, "fargate")
        wait_until(lambda: running_jobs(client))
        client("stepfunctions").stop_execution(executionArn=arn)
        wait_until(lambda: faulty.reconcile().get("BEAT"))
        wait_until(lambda: not running_jobs(client), seconds=5)
    wait_until(lambda: faulty.open_items() == [])


def test_the_reconciler_finds_an_end_whose_event_was_lost(faulty, client) -> None:
    with without_rule(client, "faulty-jobs-ecs"):
        # Without the sleep, a pass by the rule could close the task before it is seen open.
        arn = faulty.start({"job": {"command": ["sh", "-c", "sleep 1; exit 3"]}}, "fargate")
        wait_until(lambda: [item for item in faulty.open_items() if "job_id" in item])
        wait_until(lambda: not running_jobs(client))
        faulty.reconcile()
        ended = faulty.wait(arn)
    assert (ended.error, cause_of(ended)["exit_code"]) == ("Job.Failed", 3)
    wait_until(lambda: (faulty.slots_kept([ended]), faulty.open_items()) == (set(), []))


def test_the_reconciler_sends_heartbeats_for_a_container_that_cannot(faulty) -> None:
    began = time.monotonic()
    arn = faulty.start({"job": {"command": ["sleep", "22"]}}, "fargate")
    # Longer than HeartbeatSeconds: the passes, once a minute on AWS, are invoked here.
    while time.monotonic() - began < 20:
        faulty.reconcile()
    assert faulty.wait(arn).status == "SUCCEEDED"


def test_a_container_whose_state_timed_out_is_stopped(faulty, client) -> None:
    arn = faulty.start({"job": {"command": ["sleep", "100"]}}, "fargate")
    wait_until(lambda: running_jobs(client))
    assert faulty.wait(arn).error == "States.HeartbeatTimeout"
    wait_until(lambda: not running_jobs(client), seconds=5)
    wait_until(lambda: faulty.open_items() == [])


def bare_state(client: Callable[[str], Any], faulty: Any, activity: str) -> dict[str, Any]:
    """The activity's state alone, without the dispatch request before it."""
    known = client("stepfunctions").describe_state_machine(stateMachineArn=faulty.state_machines[activity])
    (branch,) = json.loads(known["definition"])["States"]["Process"]["Branches"]
    return dict(branch["States"][f"{activity}-Activity"])


@contextmanager
def state_machine(client: Callable[[str], Any], faulty: Any, state: Mapping[str, Any]) -> Iterator[str]:
    """The ARN of a state machine with this one state."""
    stepfunctions = client("stepfunctions")
    known = stepfunctions.describe_state_machine(stateMachineArn=faulty.state_machines["steady"])
    definition = json.dumps({"StartAt": "A", "States": {"A": state}})
    arn = stepfunctions.create_state_machine(name="bare", roleArn=known["roleArn"], definition=definition)[
        "stateMachineArn"
    ]
    try:
        yield arn
    finally:
        stepfunctions.delete_state_machine(stateMachineArn=arn)


def test_a_token_that_was_taken_and_dropped_ends_in_a_heartbeat_timeout(faulty, client) -> None:
    """As after a dispatcher that dies right after its poll."""
    stepfunctions = client("stepfunctions")
    # The stack does not know this activity: its poll for missed tasks must not take the task first.
    activity = stepfunctions.create_activity(name="dropped")["activityArn"]
    try:
        state = {**bare_state(client, faulty, "hasty"), "Resource": activity}
        with state_machine(client, faulty, state) as machine:
            arn = stepfunctions.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
            assert stepfunctions.get_activity_task(activityArn=activity, workerName="dies")["taskToken"]
            assert faulty.wait(arn).error == "States.HeartbeatTimeout"
    finally:
        stepfunctions.delete_activity(activityArn=activity)


def test_tasks_whose_requests_were_lost_are_found(faulty, client) -> None:
    state = bare_state(client, faulty, "steady")
    with state_machine(client, faulty, state) as machine:
        start = client("stepfunctions").start_execution
        arns = [start(stateMachineArn=machine, input='{"return": 1}')["executionArn"] for _ in range(3)]
        queue = client("sqs").get_queue_url(QueueName="faulty-dispatch")["QueueUrl"]
        # As the reconciler sends it for each activity from time to time.
        body = json.dumps({"activity_arn": state["Resource"], "missed": True})
        client("sqs").send_message(QueueUrl=queue, MessageBody=body)
        assert [faulty.wait(arn).status for arn in arns] == ["SUCCEEDED"] * 3


def test_a_stopped_container_fails_its_task_within_5_s(faulty, client, log_lines, capsys) -> None:
    """Judges the second slowest of 20 (p95); prints how much of the time was the reporter's own."""
    arns = [faulty.start({"job": {"command": ["sh", "-c", "exit 3"]}}, "fargate") for _ in range(20)]
    ended = [faulty.wait(arn) for arn in arns]
    assert Counter(one.error for one in ended) == {"Job.Failed": 20}
    jobs = [cause_of(one)["job_id"] for one in ended]
    stopped = {
        task["taskArn"]: task["stoppedAt"].timestamp()
        for task in client("ecs").describe_tasks(cluster=CLUSTER, tasks=jobs)["tasks"]
    }
    failed = [next(e["timestamp"] for e in one.events if e["type"] == "ActivityFailed") for one in ended]
    waits = sorted(at.timestamp() - stopped[job] for at, job in zip(failed, jobs, strict=True))
    lines = log_lines(faulty.functions["reporter"]["log_group_name"])
    reports = [json.loads(line)["record"]["metrics"] for line in lines if '"platform.report"' in line]
    own = statistics.median(report["durationMs"] for report in reports) / 1000
    with capsys.disabled():
        delays = f"median {statistics.median(waits):.2f} s, p95 {waits[18]:.2f} s"
        print(f"\nfrom a container's end to its task's: {delays}; the reporter's share: {own:.3f} s")
    assert waits[18] < 5
