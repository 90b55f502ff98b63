"""No job outlives those who wait for it, and an end that nobody reports is found."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration.helpers import wait_until
from tests.schemas.events.samples import execution_event
from tests.second_cloud.conftest import Stacks
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client

from activity_dispatch_cli import execution

Items = Callable[[], list[dict[str, str]]]
# Longer than all of these tests wait.
LONG = {"sleep": 50}


@pytest.fixture(scope="module")
def short_lived(client: Client, stacks: Stacks) -> Iterator[str]:
    """A machine whose callback is waited for for a few seconds."""
    stepfunctions = client("stepfunctions")
    known = stepfunctions.describe_state_machine(stateMachineArn=stacks.second.state_machines["called"])
    definition = json.loads(known["definition"])
    definition["States"]["Process"] |= {"TimeoutSeconds": 10, "HeartbeatSeconds": 9}
    definition["States"]["Process"].pop("Retry")
    arn = stepfunctions.create_state_machine(
        name="second-short-lived", roleArn=known["roleArn"], definition=json.dumps(definition)
    )["stateMachineArn"]
    yield arn
    stepfunctions.delete_state_machine(stateMachineArn=arn)


def _begin(client: Client, items: Items, machine: str) -> tuple[str, str]:
    """Start a long job; return its execution and its task, once the job runs."""
    arn = execution.start(client("stepfunctions"), machine, LONG)
    (task,) = wait_until(
        lambda: [item for item in items() if item.get("execution_arn") == arn and "claimed_by" in item]
    )
    return arn, task["task_id"]


def _open(items: Items, task: str) -> bool:
    return any(item["task_id"] == task and "poll_id" in item for item in items())


def _outcome(items: Items, task: str) -> str | None:
    return next(item.get("outcome") for item in items() if item["task_id"] == task)


def test_a_job_whose_state_timed_out_is_stopped(
    client: Client, working: Stacks, items: Items, wait: Any, short_lived: str
) -> None:
    arn, task = _begin(client, items, short_lived)
    assert wait(arn).status in ("FAILED", "TIMED_OUT")
    # A function's task is closed once the function has ended.
    wait_until(lambda: not _open(items, task), seconds=20)
    assert _outcome(items, task) == "cancelled"


def test_a_job_of_an_aborted_execution_is_stopped_once_nobody_waits(
    client: Client, working: Stacks, items: Items, short_lived: str, faults: Faults
) -> None:
    arn, task = _begin(client, items, short_lived)
    stepfunctions = client("stepfunctions")
    stepfunctions.stop_execution(executionArn=arn)
    token = next(item["token"] for item in items() if item["task_id"] == task)
    faults.occurs("tokens-outlive-aborts", proof=_is_alive(stepfunctions, token))
    # Here the token dies with its state's timeout only. Then the event comes again, as it may on AWS.
    wait_until(lambda: not _is_alive(stepfunctions, token))
    event = execution_event({"executionArn": arn, "status": "ABORTED"})
    client("lambda").invoke(
        FunctionName=working.second.functions["reporter"]["arn"],
        InvocationType="Event",
        Payload=json.dumps(event),
    )
    wait_until(lambda: not _open(items, task), seconds=20)
    assert _outcome(items, task) == "cancelled"


def _is_alive(stepfunctions: Any, token: str) -> bool:
    try:
        stepfunctions.send_task_heartbeat(taskToken=token)
    except stepfunctions.exceptions.TaskDoesNotExist:
        return False
    return True


def test_a_task_whose_request_was_lost_is_found(client: Client, working: Stacks, wait: Any) -> None:
    stepfunctions = client("stepfunctions")
    known = stepfunctions.describe_state_machine(stateMachineArn=working.second.state_machines["steady"])
    state = {
        "Type": "Task",
        "Resource": working.second.activities["steady"],
        "TimeoutSeconds": 60,
        "End": True,
    }
    machine = stepfunctions.create_state_machine(
        name="second-silent",
        roleArn=known["roleArn"],
        definition=json.dumps({"StartAt": "Wait", "States": {"Wait": state}}),
    )["stateMachineArn"]
    try:
        arn = execution.start(stepfunctions, machine, {"return": "found"})
        # As the reconciler sends it from time to time.
        body = json.dumps({"activity_arn": state["Resource"], "missed": True})
        client("sqs").send_message(QueueUrl=working.second.document["dispatch_queue_url"], MessageBody=body)
        assert wait(arn).output == '"found"'
    finally:
        stepfunctions.delete_state_machine(stateMachineArn=machine)
