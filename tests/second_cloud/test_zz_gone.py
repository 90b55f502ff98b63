"""The last tests: every refusal and every problem was known, and nothing is left behind."""

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.second_cloud import probes
from tests.second_cloud.calls import Calls
from tests.second_cloud.conftest import Allowed, Stacks
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client, answer

from operations.local import allowances
from operations.local.second_cloud import SecondCloud

PROBLEM = re.compile(
    r"^\d{4}-\d\d-\d\d .* (?:ERROR|CRITICAL|WARNING) \[.*|^\w*(?:Error|Exception)\b.*", re.MULTILINE
)


def _names(client: Client) -> list[str]:
    """The names of all resources in the cloud, but for those that every account has."""
    groups = client("logs").get_paginator("describe_log_groups").paginate()
    roles = client("iam").list_roles()["Roles"]
    return [
        *[f["FunctionName"] for f in client("lambda").list_functions()["Functions"]],
        *[m["UUID"] for m in client("lambda").list_event_source_mappings()["EventSourceMappings"]],
        *[a["name"] for a in client("stepfunctions").list_activities()["activities"]],
        *[m["name"] for m in client("stepfunctions").list_state_machines()["stateMachines"]],
        *client("sqs").list_queues().get("QueueUrls", []),
        *client("dynamodb").list_tables()["TableNames"],
        *[b["Name"] for b in client("s3").list_buckets()["Buckets"]],
        *[role["RoleName"] for role in roles if "/aws-service-role/" not in role["Arn"]],
        *[r["Name"] for r in client("events").list_rules()["Rules"]],
        *[group["logGroupName"] for page in groups for group in page["logGroups"]],
    ]


def test_every_refused_request_of_a_function_is_known(calls: Calls, allowed: Allowed) -> None:
    """Those before the allowances: the reconciler and the poller run every minute."""
    patterns = [action for entry in probes.entries() for action in entry.get("also", entry["actions"])]
    assert [refusal for refusal in calls.refusals() if refusal.action not in patterns] == []
    # The functions did report here.
    assert {attempt["Service"] for attempt in calls.attempts()} >= {"DynamoDB", "SFN", "SQS"}


def test_no_request_of_a_function_was_refused_once_all_were_allowed(calls: Calls, allowed: Allowed) -> None:
    late = [attempt for attempt in calls.attempts() if attempt["Timestamp"] / 1000 > allowed.at]
    assert late
    assert [attempt for attempt in late if attempt.get("HttpStatusCode") == 403] == []


def test_batch_can_not_take_anything_back(client: Client, stacks: Stacks, faults: Faults) -> None:
    said = answer(client, "batch.deregister_job_definition", {"jobDefinition": "none"})
    faults.occurs("batch-stays", proof=said == "InvalidAction")


def test_every_fault_in_the_list_was_seen(faults: Faults) -> None:
    assert sorted(set(faults.listed) - faults.seen) == []


@pytest.fixture(scope="module")
def log_before_destroy(cloud: SecondCloud, stacks: Stacks) -> str:
    return cloud.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def destroyed(client: Client, stacks: Stacks, allowed: Allowed, log_before_destroy: str) -> Stacks:
    allowances.revoke(client("iam"), allowed.roles)
    with ThreadPoolExecutor() as pool:
        list(
            pool.map(lambda workspace: workspace.destroy(forgotten="aws_batch_"), stacks.workspaces.values())
        )
    for name, workspace in stacks.workspaces.items():
        print(name, {step: f"{seconds:.0f} s" for step, seconds in workspace.seconds.items()})
    return stacks


def test_nothing_is_left_in_the_cloud(client: Client, destroyed: Stacks) -> None:
    left = _names(client)
    # Written again by a function that was running while its log group was removed.
    assert [name for name in left if not name.startswith("/aws/lambda/")] == []


def _unknown(text: str, *, during_destroy: bool) -> list[str]:
    entries = [
        entry for entry in allowances.known()["log"] if during_destroy or "during_destroy" not in entry
    ]
    known = [re.compile(entry["pattern"]) for entry in entries]
    return [line for line in PROBLEM.findall(text) if not any(pattern.search(line) for pattern in known)]


def test_its_log_has_no_problem_that_is_not_known(
    cloud: SecondCloud, log_before_destroy: str, destroyed: Stacks
) -> None:
    assert _unknown(log_before_destroy, during_destroy=False) == []
    whole = cloud.log.read_text(encoding="utf-8", errors="replace")
    assert _unknown(whole.removeprefix(log_before_destroy), during_destroy=True) == []


def test_its_processes_and_files_go_when_it_is_stopped(
    cloud: SecondCloud, destroyed: Stacks, end_cloud: Callable[[], Any]
) -> None:
    assert _processes(cloud.pid)
    end_cloud()
    assert _processes(cloud.pid) == []
    left = {path.name for path in Path(cloud.folder).iterdir()}
    assert left & {"tmp", "s3", "state", "cloud.json"} == set()


def _processes(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pgid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.split()[0] == str(group)]
