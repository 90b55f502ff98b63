"""An abort of one of many executions stops its job at once, and reads no history."""

import time

from tests.integration.helpers import permissions_of, wait_until

from activity_dispatch_cli import execution

EXECUTIONS = 50
STOPPED_WITHIN_SECONDS = 5.0
# Without a worker: fifty of them are too many processes for a small machine.
SLEEP = {"job": {"command": ["sleep", "900"]}}


def running_jobs(client, running) -> dict[str, str]:
    """Return the jobs that run, by execution."""
    items = client("dynamodb").scan(TableName=running["task_table"])["Items"]
    return {
        item["execution_arn"]["S"]: item["job_id"]["S"]
        for item in items
        if item.get("state", {}).get("S") == "started" and "job_id" in item
    }


def histories_read(running_cloud: str) -> bool:
    """Return whether the stack's reporter has read any history."""
    granted = permissions_of(running_cloud)["granted"]
    (item,) = [
        each
        for each in granted
        if each["role"].startswith("running-reporter") and each.get("action") == "states:GetExecutionHistory"
    ]
    return bool(item["used"])


def status_of(client, job: str) -> str:
    cluster = job.split("/")[1]
    return str(client("ecs").describe_tasks(cluster=cluster, tasks=[job])["tasks"][0]["desiredStatus"])


def test_an_abort_reads_no_history(running, client, running_cloud) -> None:
    sfn, machine = client("stepfunctions"), running["state_machines"]["work-JSONPath"]
    arns = [execution.start(sfn, machine, SLEEP) for _ in range(EXECUTIONS)]
    jobs = wait_until(
        lambda: found if len(found := running_jobs(client, running)) == EXECUTIONS else None, seconds=240
    )
    aborted = arns[17]
    sfn.stop_execution(executionArn=aborted)
    began = time.monotonic()
    wait_until(lambda: status_of(client, jobs[aborted]) == "STOPPED" or None, seconds=60)
    took = time.monotonic() - began
    print(f"stopped {took:.1f} s after the abort")
    assert not histories_read(running_cloud)
    assert took < STOPPED_WITHIN_SECONDS
    assert {status_of(client, jobs[arn]) for arn in arns if arn != aborted} == {"RUNNING"}
    for arn in arns:
        sfn.stop_execution(executionArn=arn)
