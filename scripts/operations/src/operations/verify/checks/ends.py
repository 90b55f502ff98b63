"""Executions that do not go straight to success: aborts, failures, retries, redrives."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from activity_dispatch_cli import execution
from operations.verify.checks.flows import put_text
from operations.verify.results import Finding, NotApplicable, expect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activity_dispatch_cli.execution import Ended
    from operations.verify.world import World

SLEEP_SECONDS = 45
# Fargate gives a container 30 s after SIGTERM, Batch as long; the reconciler comes every minute.
STOP_SECONDS = 180.0
JOB_SECONDS = 600
# A cause has the lines that are readable 3 s after the end (docs/contract.md): these are written well before.
READABLE_SECONDS = 10
ENDED = ("STOPPED", "FAILED", "SUCCEEDED")


def abort_function(world: World) -> Finding:
    """Of an aborted execution the function ends early, as its own log shows."""
    line = f"{world.name} abort"
    arn = world.start("requests", {"sleep": SLEEP_SECONDS, "line": line})
    world.task_of(world.made.stack, arn)
    world.sleep(2)
    aborted = _abort(world, arn)
    begun = world.wait_until(
        lambda: _line(world, f"{line} begins"), STOP_SECONDS, "the job's log has its line"
    )
    report = world.wait_until(lambda: _end_after(world, begun), STOP_SECONDS, "the invocation has ended")
    took = report["timestamp"] / 1000 - aborted
    expect(not _line(world, f"{line} has slept"), "the function slept to its end")
    return Finding(detail=f"ended {took:.1f} s after the abort", value={"seconds": round(took, 1)})


def abort_container(world: World, backend: str) -> Finding:
    """Of an aborted execution the container is stopped, as ECS or Batch sees it."""
    _needs_command(world, backend)
    document = {"source": put_text(world, backend), "job": {"command": ["sleep", str(JOB_SECONDS)]}}
    arn = world.start(world.stack.state_machines[backend], document)
    job_id = str(world.task_of(world.stack, arn).job_id)
    world.wait_until(lambda: _state(world, backend, job_id) == "RUNNING", world.limit_seconds, "the job runs")
    aborted = _abort(world, arn)
    # A container that exits with 0 after SIGTERM has succeeded for Batch, but long before its ten minutes.
    state = world.wait_until(
        lambda: next((one for one in ENDED if one == _state(world, backend, job_id)), None),
        STOP_SECONDS,
        f"{backend} has stopped the job",
    )
    took = time.time() - aborted
    return Finding(detail=f"{state} {took:.1f} s after the abort", value={"seconds": round(took, 1)})


def failure_function(world: World) -> Finding:
    """A function that raises fails its task by name, with its log lines in the cause."""
    line = f"{world.name} a line before the failure"
    ended = world.run("requests", {"raise": "on purpose", "line": line})
    return _failure(ended, "on purpose", line)


def failure_container(world: World, backend: str) -> Finding:
    """A container that exits with 3 fails its task by name, with its exit code and log lines in the cause."""
    _needs_command(world, backend)
    line = f"{world.name} a line before the failure"
    job = {"command": ["sh", "-c", f"echo {line}; exit 3"]}
    ended = world.run(world.stack.state_machines[backend], {"source": put_text(world, backend), "job": job})
    finding = _failure(ended, "", line)
    code = cause_of(ended).get("exit_code")
    expect(code == 3, f"exit_code is 3, but the cause has {code!r}")
    return finding


def failure_training(world: World) -> Finding:
    """A training that exits with 3 fails its task by name, with its log lines in the cause."""
    line = f"{world.name} a line before the failure"
    environment = {"VERIFY_LINE": line, "VERIFY_EXIT": "3", "VERIFY_SECONDS": str(READABLE_SECONDS)}
    job = {"environment": environment}
    return _failure(world.run("sagemaker", {"job": job}, world.training_limit_seconds), "", line)


def retry(world: World) -> Finding:
    """The state's Retry starts jobs until one succeeds."""
    key = f"verify/{world.name}/retry"
    arn = world.start("retry", {"fail": "Verify.Again", "unless": key})
    world.wait_until(lambda: _failures(world, arn), world.limit_seconds, "a job has failed with Verify.Again")
    _put(world, key)
    ended = world.end(arn)
    expect(ended.status == "SUCCEEDED", f"{ended.status}: {ended.error}: {ended.cause}")
    return Finding(detail=f"succeeded after {len(_failures(world, arn))} failures")


def redrive(world: World) -> Finding:
    """A failed execution is redriven, and its task gets a job although no message announces it."""
    client, key = world.client("stepfunctions"), f"verify/{world.name}/redrive"
    ended = world.run("requests", {"fail": "Verify.Later", "unless": key})
    expect(ended.error == "Verify.Later", f"it ended with {ended.error} instead of Verify.Later")
    _put(world, key)
    client.redrive_execution(executionArn=ended.arn)
    again = time.monotonic()
    world.wait_until(
        lambda: client.describe_execution(executionArn=ended.arn).get("redriveCount") == 1,
        30,
        "the execution counts a redrive",
    )
    redriven = world.end(ended.arn)
    expect(redriven.status == "SUCCEEDED", f"{redriven.status}: {redriven.error}: {redriven.cause}")
    return Finding(detail=f"succeeded {time.monotonic() - again:.1f} s after RedriveExecution")


def error_of_a_branch(world: World) -> Finding:
    """Does an error of a Parallel's branch reach the Parallel's Catch by its own name?"""
    ended = world.succeed("branches", {"fail": "Verify.Named", "unless": f"verify/{world.name}/never"})
    output = json.loads(ended.output or "{}")
    kept = output == {"caught": "by name", "error": "Verify.Named"}
    expect(kept, f"Retry and Catch on a job's error would not work: {output}")
    return Finding(detail="caught by its name", value={"name_kept": kept})


def cause_of(ended: Ended) -> Mapping[str, Any]:
    """Return the cause of a failure, which is a JSON object."""
    try:
        cause: Mapping[str, Any] = json.loads(ended.cause or "")
    except json.JSONDecodeError:
        return {"message": ended.cause}
    return cause


def _failure(ended: Ended, message: str, line: str) -> Finding:
    expect(ended.status == "FAILED", f"the execution ended {ended.status}")
    expect(ended.error == "Job.Failed", f"the error is {ended.error} instead of Job.Failed: {ended.cause}")
    cause = cause_of(ended)
    expect(message in str(cause.get("message")), f"the message lacks {message!r}: {cause.get('message')}")
    tail = cause.get("log_tail") or []
    expect(any(line in one for one in tail), f"the log lines in the cause lack {line!r}: {tail}")
    return Finding(detail=f"Job.Failed with {len(tail)} log lines")


def _failures(world: World, arn: str) -> list[Mapping[str, Any]]:
    events = execution.newer_events(world.client("stepfunctions"), arn, 0)
    details = [event["activityFailedEventDetails"] for event in events if event["type"] == "ActivityFailed"]
    return [one for one in details if one.get("error") == "Verify.Again"]


def _put(world: World, key: str) -> None:
    """Let the failing function succeed from now on."""
    world.client("s3").put_object(Bucket=world.stack.data_bucket, Key=key, Body=b"")


def _needs_command(world: World, backend: str) -> None:
    activity = world.stack.activities[backend]
    for one in world.overview(world.stack).activities:
        if one.arn == activity and "command" not in one.allowed_overrides:
            raise NotApplicable(f"allowed_overrides of the activity {backend} lacks command")


def _abort(world: World, arn: str) -> float:
    """Abort an execution; return when."""
    world.client("stepfunctions").stop_execution(executionArn=arn)
    ended = world.end(arn)
    expect(execution.EXIT_CODES[ended.status] == execution.EXIT_CODES["ABORTED"], f"it ended {ended.status}")
    return time.time()


def _state(world: World, backend: str, job_id: str) -> str:
    """Ask the service itself, not the project."""
    if backend == "batch":
        jobs = world.client("batch").describe_jobs(jobs=[job_id])["jobs"]
        return str(jobs[0]["status"]) if jobs else "unknown"
    # A task's ARN: arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID.
    cluster = job_id.split("/")[1]
    tasks = world.client("ecs").describe_tasks(cluster=cluster, tasks=[job_id])["tasks"]
    return str(tasks[0]["lastStatus"]) if tasks else "unknown"


def _line(world: World, text: str) -> Mapping[str, Any] | None:
    """Return the event of the function's log that has this text."""
    pages = world.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=world.made.job_log_group, filterPattern=f'"{text}"')
    return next((event for page in found for event in page["events"] if text in event["message"]), None)


def _end_after(world: World, begun: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return Lambda's own line about the end of an invocation, given an event of one of its lines."""
    request = json.loads(begun["message"])["aws_request_id"]
    pages = world.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=world.made.job_log_group, logStreamNames=[begun["logStreamName"]])
    events = (event for page in found for event in page["events"] if request in event["message"])
    return next((event for event in events if '"platform.report"' in event["message"]), None)
