"""What a bus gets of tasks of a container and of a function: each event once, as its schema says."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.integration.helpers import wait_until
from tests.unit.lifecycle.events import check

from activity_dispatch_cli import execution
from operations import paths

SECONDS = 90
SECRET = "told-to-nobody"
TELLING = ("running-clip", "running-word")


@dataclass(kw_only=True)
class Told:
    """The stack, and all events that its bus has got."""

    client: Callable[[str], Any]
    outputs: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)

    def start(self, activity: str, given: Any) -> str:
        return execution.start(self.client("stepfunctions"), self.outputs["state_machines"][activity], given)

    def reconcile(self) -> None:
        answer = self.client("lambda").invoke(FunctionName=self.outputs["reconciler"])
        assert "FunctionError" not in answer, answer["Payload"].read()

    def items(self) -> list[dict[str, str]]:
        items = self.client("dynamodb").scan(TableName=self.outputs["task_table"])["Items"]
        plain = [{key: str(*value.values()) for key, value in item.items()} for item in items]
        return [item for item in plain if item.get("activity_arn", "").endswith(TELLING)]

    def detail(self, kind: str, arn: str) -> dict[str, Any]:
        """Wait for an execution's event of a kind; return its detail."""

        def found() -> Any:
            self._receive()
            kinds = [event for event in self.events if event["detail-type"] == kind]
            return [event["detail"] for event in kinds if event["detail"].get("execution_arn") == arn]

        detail: dict[str, Any] = wait_until(found, SECONDS)[0]
        return detail

    def _receive(self) -> None:
        sqs, url = self.client("sqs"), self.outputs["queue_url"]
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            event = json.loads(message["Body"])
            check(event)
            assert SECRET not in message["Body"]
            self.events.append(event)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture(scope="module")
def bus(running, client) -> Told:
    return Told(client=client, outputs=running)


def test_a_containers_task_is_told_from_start_to_end(bus, follow, tmp_path) -> None:
    go_on = tmp_path / "go-on"
    work = f'echo "half of it" > "$TASK_PROGRESS"; until [ -e {go_on} ]; do sleep 0.1; done'
    script = f'{work}; echo \'{{"made": "{SECRET}"}}\''
    command = [str(paths.TASK_WORKER), "--", "sh", "-c", script]
    arn = bus.start("clip", {"secret": SECRET, "job": {"command": command}})
    started = bus.detail("Task Started", arn)
    assert (started["stack"], started["activity"], started["backend"]) == ("running", "running-clip", "ecs")
    assert started["state_name"] == "Cut & paste"
    wait_until(lambda: any("progress" in item for item in bus.items()), SECONDS)
    bus.reconcile()
    assert bus.detail("Task Progressed", arn)["progress"] == "half of it"
    go_on.touch()
    assert follow(arn).status == "SUCCEEDED"
    settled = bus.detail("Task Settled", arn)
    assert (settled["status"], settled["task_id"]) == ("succeeded", started["task_id"])
    assert settled["job_id"] == started["job_id"]


@pytest.mark.parametrize(
    ("given", "status"), [({"return": SECRET}, "succeeded"), ({"raise": SECRET}, "failed")]
)
def test_a_functions_task_is_told_from_start_to_end(bus, follow, given: Any, status: str) -> None:
    arn = bus.start("word", given)
    started = bus.detail("Task Started", arn)
    assert (started["activity"], started["backend"]) == ("running-word", "lambda")
    follow(arn)
    wait_until(lambda: all(item["state"] == "settled" for item in bus.items()), SECONDS)
    bus.reconcile()
    settled = bus.detail("Task Settled", arn)
    assert (settled["status"], settled.get("error")) == (
        (status, None) if status == "succeeded" else (status, "Job.Failed")
    )


def test_each_task_was_told_once(bus) -> None:
    bus.reconcile()
    kinds = Counter((event["detail-type"], event["detail"]["task_id"]) for event in bus.events)
    assert {count for (kind, _), count in kinds.items() if kind != "Task Progressed"} == {1}
    assert Counter(kind for kind, _ in kinds) >= Counter({"Task Started": 3, "Task Settled": 3})
    tokens = {item["token"] for item in bus.items() if "token" in item}
    assert not tokens
