"""Team blue describes activities of its own, as its role may, with what belongs to team red."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.states.teams.states import ACCOUNT, REGION, Teams, arn_of

# Until nobody waits for a callback any more, in seconds.
TIMEOUT_SECONDS = 25
SEND = "arn:aws:states:::sqs:sendMessage"
THEIRS = {"ecs": "red-sketch", "batch": "red-print"}


@dataclass(frozen=True, kw_only=True)
class Attack:
    """An activity or callback target of blue's, what its description names, and the field to be refused."""

    config: Mapping[str, Any]
    field: str
    backend: str = "ecs"
    is_callback: bool = False

    @property
    def named(self) -> tuple[str, str]:
        """The field that must be refused, and the name in it."""
        name = self.config[self.field]
        return self.field, name.removeprefix("/ecs/").removeprefix("/batch/")


ATTACKS = {
    "definition": Attack(config={"task_definition": "plane-red-sketch"}, field="task_definition"),
    "revision": Attack(config={"task_definition": "plane-red-sketch:1"}, field="task_definition"),
    "arn": Attack(
        config={"task_definition": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/plane-red-sketch:1"},
        field="task_definition",
    ),
    "log": Attack(config={"log_group": "/ecs/plane-red-sketch"}, field="log_group"),
    "batch": Attack(config={"job_definition": "plane-red-print"}, field="job_definition", backend="batch"),
    "batch-log": Attack(config={"log_group": "/batch/plane-red-print"}, field="log_group", backend="batch"),
    "callback": Attack(
        config={"task_definition": "plane-red-sketch"}, field="task_definition", is_callback=True
    ),
    "old": Attack(config={"task_definition": "plane-red-sketch"}, field="task_definition", backend="fargate"),
}


def described(teams: Teams, name: str, attack: Attack) -> tuple[str, dict[str, Any]]:
    """Return the key and the item of a description: red's own, with names changed as the attack says."""
    kind = "batch" if attack.backend == "batch" else "ecs"
    copied = teams.item(f"activity#{arn_of(THEIRS[kind])}")
    assert copied is not None
    own = {
        "ecs": {"task_definition": f"plane-{name}", "log_group": f"/ecs/plane-{name}"},
        "batch": {"job_definition": f"plane-{name}", "log_group": f"/batch/plane-{name}"},
    }[kind]
    text = json.loads(copied["activity"]["S"])
    arn = _id(name, attack)
    description = {
        **text,
        "arn": arn,
        "name": name if attack.is_callback else f"plane-{name}",
        "backend": attack.backend,
        "config": {**text["config"], **own, **attack.config},
        "allowed_overrides": ["command"],
        "wake_up": "callback" if attack.is_callback else "requests",
    }
    key = f"activity#{arn}"
    return key, {
        "task_id": {"S": key},
        "poll_id": {"S": "activity"},
        "activity": {"S": json.dumps(description)},
    }


def definition(name: str, attack: Attack, queue_url: str) -> dict[str, Any]:
    """Return a state machine that has the activity process its input, as module process-state does."""
    about = {"execution_arn.$": "$$.Execution.Id", "state_entered_at.$": "$$.State.EnteredTime"}
    if attack.is_callback:
        body = {
            "callback": name,
            "task_token.$": "$$.Task.Token",
            "input.$": "States.JsonToString($)",
            **about,
        }
        sent = {"QueueUrl": queue_url, "MessageBody": body}
        state = {"Type": "Task", "Resource": f"{SEND}.waitForTaskToken", "Parameters": sent}
        return {
            "StartAt": "Hand",
            "States": {"Hand": {**state, "TimeoutSeconds": TIMEOUT_SECONDS, "End": True}},
        }
    sent = {"QueueUrl": queue_url, "MessageBody": {"activity_arn": arn_of(name), **about}}
    ask = {"Type": "Task", "Resource": SEND, "Parameters": sent, "ResultPath": None, "Next": "Wait"}
    wait = {"Type": "Task", "Resource": arn_of(name), "TimeoutSeconds": TIMEOUT_SECONDS, "End": True}
    return {"StartAt": "Ask", "States": {"Ask": ask, "Wait": wait}}


def begin(teams: Teams, blue: Callable[[str], Any], name: str, attack: Attack) -> str:
    """Describe the activity and start an execution, all with blue's role; return the execution's ARN."""
    states = blue("stepfunctions")
    if not attack.is_callback:
        states.create_activity(name=f"plane-{name}")
    _, item = described(teams, name, attack)
    blue("dynamodb").put_item(TableName="plane-tasks", Item=item)
    machine = states.create_state_machine(
        name=f"plane-{name}",
        definition=json.dumps(definition(name, attack, teams.outputs["plane"]["handle"]["queue"]["url"])),
        roleArn=teams.outputs["blue"]["machine_role_arn"],
    )["stateMachineArn"]
    started = states.start_execution(
        stateMachineArn=machine, input=json.dumps({"job": {"command": ["sh", "-c", "echo mine"]}})
    )
    return str(started["executionArn"])


def end(teams: Teams, name: str, attack: Attack, execution: str) -> None:
    """Remove what the attack has made."""
    states, key = teams.client("stepfunctions"), f"activity#{_id(name, attack)}"
    states.stop_execution(executionArn=execution)
    states.delete_state_machine(stateMachineArn=teams.machine(name))
    teams.client("dynamodb").delete_item(TableName="plane-tasks", Key={"task_id": {"S": key}})
    if not attack.is_callback:
        states.delete_activity(activityArn=arn_of(name))


def _id(name: str, attack: Attack) -> str:
    return f"callback:{name}" if attack.is_callback else arn_of(name)
