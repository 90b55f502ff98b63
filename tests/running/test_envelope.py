"""A task knows its execution: its program sees its own input, its job the tags and the trace."""

import hashlib
import json
from typing import Any

import pytest

from activity_dispatch_cli import execution
from operations import paths

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# It says what it sees, and fails the first time.
SCRIPT = """
printf '{"trace": "%s", "input": ' "$TRACEPARENT"; cat "$TASK_INPUT"; printf '}'
[ -e {seen} ] || { touch {seen}; exit 1; }
"""


def sent(folder: Any, **more: Any) -> dict[str, Any]:
    script = SCRIPT.replace("{seen}", str(folder / "seen"))
    command = [str(paths.TASK_WORKER), "--", "sh", "-c", script]
    return {"n": 1.0, "job": {"command": command, "tags": {"team": "left"}}, **more}


def records(client, running, arn: str) -> list[dict[str, str]]:
    """Return the items of the execution's tasks, oldest first."""
    items = client("dynamodb").scan(TableName=running["task_table"])["Items"]
    plain = [{key: str(*value.values()) for key, value in item.items()} for item in items]
    found = [item for item in plain if item.get("execution_arn") == arn]
    return sorted(found, key=lambda item: float(item["starting_at"]))


def tags_of(client, job: str) -> dict[str, str]:
    cluster = job.split("/")[1]
    (described,) = client("ecs").describe_tasks(cluster=cluster, tasks=[job], include=["TAGS"])["tasks"]
    return {tag["key"]: tag["value"] for tag in described["tags"]}


@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_task_knows_its_execution(running, client, follow, tmp_path, language: str) -> None:
    given = sent(tmp_path, traceparent=TRACE)
    machine = running["state_machines"][f"work-{language}"]
    ended = follow(execution.start(client("stepfunctions"), machine, given))
    assert ended.status == "SUCCEEDED"
    output = json.loads(ended.output)
    assert output["input"] == given
    first, second = records(client, running, ended.arn)
    origins = [json.loads(item["origin"]) for item in (first, second)]
    assert {origin["state_name"] for origin in origins} == {"Cut & paste"}
    # The local cloud makes a Parallel's Parameters once, before its retries (docs/fidelity.md).
    retried = 1 if language == "JSONata" else 0
    assert [origin["attempt"] for origin in origins] == [0, retried]
    assert tags_of(client, second["job_id"]) == {
        "activity-dispatch": "running",
        "activity-dispatch:activity": "running-work",
        "activity-dispatch:state-machine": f"running-work-{language}",
        "activity-dispatch:execution": ended.arn.rsplit(":", 1)[-1],
        "activity-dispatch:state": "Cut _ paste",
        "team": "left",
    }
    # JSONPath can't name a field that may be missing.
    assert (output["trace"] == TRACE) == (language == "JSONata")
    assert len(output["trace"]) == len(TRACE)


def test_without_a_trace_of_its_own_the_execution_is_one(running, client, follow, tmp_path) -> None:
    machine = running["state_machines"]["work-JSONata"]
    ended = follow(execution.start(client("stepfunctions"), machine, sent(tmp_path)))
    assert ended.status == "SUCCEEDED"
    trace = hashlib.sha256(ended.arn.encode()).hexdigest()[:32]
    assert json.loads(ended.output)["trace"].startswith(f"00-{trace}-")
