"""Questions about Step Functions and CloudWatch Logs that only an account answers. See docs/fidelity.md."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any

from operations.verify.results import Finding, expect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from operations.verify.world import World

# TimeoutSeconds of the machine clock, in terraform/verify.
CLOCK_SECONDS = 10
UNPOLLED_SECONDS = 40
LINES = 5
# GetLogEvents has a small quota, and each reading calls it at least twice.
LINE_INTERVAL_SECONDS = 0.5
POLLS = 5
SCOPED = {"states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"}


def timeout_while_unpolled(world: World) -> Finding:
    """Does TimeoutSeconds run while nobody has taken the task? AWS documents that it does not."""
    client = world.client("stepfunctions")
    arn = world.start("clock", {})
    waited = time.monotonic()
    while time.monotonic() - waited < UNPOLLED_SECONDS:
        if client.describe_execution(executionArn=arn)["status"] != "RUNNING":
            ended = world.end(arn)
            took = (ended.stopped - ended.started).total_seconds()
            value = {"ticks_while_unpolled": True, "ended": ended.status, "seconds": round(took, 1)}
            return Finding(detail=f"it runs: {ended.status} after {took:.0f} s without a poll", value=value)
        world.sleep(1)
    task = _poll(world, "clock")
    taken = time.time()
    expect(task.get("taskToken"), f"the task is neither timed out nor there after {UNPOLLED_SECONDS} s")
    ended = world.end(arn)
    took = ended.stopped.timestamp() - taken
    value = {"ticks_while_unpolled": False, "ended": ended.status, "seconds_after_start": round(took, 1)}
    after = f"then {ended.status} {took:.0f} s after ActivityStarted"
    return Finding(detail=f"it does not: {UNPOLLED_SECONDS} s unpolled, {after}", value=value)


def poll_hold(world: World) -> Finding:
    """How long does GetActivityTask hold a poll for which there is no task?"""
    begun = time.monotonic()
    task = _poll(world, "hold")
    took = time.monotonic() - begun
    expect(not task.get("taskToken"), "an activity that nothing uses has a task")
    return Finding(detail=f"an empty answer after {took:.1f} s", value={"seconds": round(took, 1)})


def poll_latency(world: World) -> Finding:
    """How soon does an open poll get a task, from ActivityScheduled to its arrival here?"""
    taken, started = [], []
    for _ in range(POLLS):
        arn = world.start("polled", {})
        task = _poll(world, "polled")
        now = time.time()
        expect(task.get("taskToken"), "a poll of a minute did not get the task that was scheduled")
        world.client("stepfunctions").send_task_success(taskToken=task["taskToken"], output="{}")
        moments = {event["type"]: event["timestamp"].timestamp() for event in world.end(arn).events}
        expect("ActivityScheduled" in moments, "the history has no ActivityScheduled")
        taken.append(now - moments["ActivityScheduled"])
        started.append(moments["ActivityStarted"] - moments["ActivityScheduled"])
    value = {"arrived_seconds": _spread(taken), "scheduled_to_started_seconds": _spread(started)}
    return Finding(detail=f"median {statistics.median(taken):.2f} s, longest {max(taken):.2f} s", value=value)


def log_lag(world: World) -> Finding:
    """How long is a line invisible to GetLogEvents, from its timestamp on?"""
    client, group = world.client("logs"), world.made.lag_log_group
    lags = []
    for number in range(LINES):
        written = time.time()
        client.put_log_events(
            logGroupName=group,
            logStreamName="lag",
            logEvents=[{"timestamp": int(written * 1000), "message": f"line {number}"}],
        )
        while f"line {number}" not in _lines(client, group):
            expect(time.time() - written < 120, f"line {number} is not readable after 120 s")
            world.sleep(LINE_INTERVAL_SECONDS)
        lags.append(time.time() - written)
    return Finding(
        detail=f"median {statistics.median(lags):.2f} s, longest {max(lags):.2f} s of {LINES}",
        value={"seconds": _spread(lags)},
    )


def scoped_to_the_activity(world: World) -> Finding:
    """Does SendTask* work for a role that may use it on the activities' ARNs only?"""
    document = json.loads(world.made.stack.document["worker_policy_json"])
    resources = [
        resource
        for statement in document["Statement"]
        if SCOPED & set(_list(statement["Action"]))
        for resource in _list(statement["Resource"])
    ]
    expect(resources, f"the worker's policy allows none of {', '.join(sorted(SCOPED))}")
    prefixes = sorted({resource.split(":")[5] for resource in resources if resource.count(":") >= 5})
    expect(
        "*" not in resources, "the worker's policy names no resource for SendTask*: there is nothing to ask"
    )
    ended = world.succeed("requests", {"return": "allowed"})
    expect(ended.output == '"allowed"', f"the output is {ended.output}")
    kinds = " and ".join(prefixes)
    return Finding(
        detail=f"accepted with a policy on {kinds} ARNs", value={"works": True, "resources": prefixes}
    )


def _poll(world: World, activity: str) -> Mapping[str, Any]:
    arn = world.made.unserved_activities[activity]
    poller = world.client("stepfunctions", polls=True)
    task: Mapping[str, Any] = poller.get_activity_task(activityArn=arn, workerName="make-verify")
    return task


def _lines(client: Any, group: str) -> list[str]:
    """Read the whole stream: a page can be empty with more behind it; its token repeats at the end.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
    """
    lines: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.get_log_events(logGroupName=group, logStreamName="lag", startFromHead=True, **token)
        lines += [event["message"] for event in page["events"]]
        if token.get("nextToken") == page["nextForwardToken"]:
            return lines
        token = {"nextToken": page["nextForwardToken"]}


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "shortest": round(ordered[0], 3),
        "median": round(statistics.median(ordered), 3),
        "longest": round(ordered[-1], 3),
    }


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
