"""The stack with a user's function that misbehaves, as the tests see it."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from activity_dispatch.domain.polls import poll_id_of
from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended


class Faulty:
    """A stack with a user's function that misbehaves."""

    def __init__(
        self, outputs: dict[str, Any], client: Callable[[str], Any], wait: Callable[[str], Ended]
    ) -> None:
        self.state_machines: dict[str, str] = outputs["state_machines"]
        self.activities: dict[str, str] = outputs["activities"]
        self.task_table: str = outputs["task_table"]
        self.payload_bucket: str = outputs["payload_bucket"]
        self.functions: dict[str, dict[str, str]] = outputs["functions"]
        self.dead_letter_queue_url: str = outputs["dead_letter_queue_url"]
        self._client, self._wait = client, wait

    def start(self, job_input: Any, activity: str = "steady") -> str:
        return execution.start(self._client("stepfunctions"), self.state_machines[activity], job_input)

    def wait(self, arn: str) -> Ended:
        return self._wait(arn)

    def run(self, job_input: Any, activity: str = "steady") -> Ended:
        return self.wait(self.start(job_input, activity))

    def reconcile(self) -> dict[str, int]:
        """Run a pass of the reconciler now; return its steps."""
        name = self.functions["reconciler"]["arn"]
        answer = self._client("lambda").invoke(FunctionName=name)
        assert "FunctionError" not in answer, answer["Payload"].read()
        return dict(json.load(answer["Payload"]))

    def forget(self, key: str) -> None:
        """Delete an item of the task table."""
        self._client("dynamodb").delete_item(TableName=self.task_table, Key={"task_id": {"S": key}})

    def queue_url(self, client: Callable[[str], Any]) -> str:
        """The dispatch queue."""
        return str(client("sqs").get_queue_url(QueueName="faulty-dispatch")["QueueUrl"])

    def items(self) -> list[dict[str, str]]:
        """The tasks in the table, with every attribute as text."""
        items = self._client("dynamodb").scan(TableName=self.task_table)["Items"]
        plain = [{key: str(*value.values()) for key, value in item.items()} for item in items]
        return [item for item in plain if "#" not in item["task_id"]]

    def open_items(self) -> list[dict[str, str]]:
        """The tasks that are not closed."""
        return [item for item in self.items() if "poll_id" in item]

    def slots_kept(self, ended: Iterable[Ended]) -> set[str]:
        """The polls that fetched these executions' tasks and still hold a slot.

        Other polls may hold one while they poll: a poll for missed tasks, and every poll in mode poll.
        """
        events = [event for one in ended for event in one.events if event["type"] == "ActivityStarted"]
        polls = {poll_id_of(event["activityStartedEventDetails"]["workerName"]) for event in events}
        assert polls
        assert None not in polls
        return {holder for item in self._slots() for holder in _holders(item)} & polls

    def slot_holders(self, callback: str) -> list[str]:
        """The tasks that hold a slot of a callback."""
        key = f"slots#callback:{callback}"
        return [holder for item in self._slots() if item["task_id"]["S"] == key for holder in _holders(item)]

    def waiting_requests(self) -> int:
        """How many requests wait for a slot, over all activities."""
        return sum(int(item.get("waiting", {}).get("N", "0")) for item in self._slots())

    def _slots(self) -> list[dict[str, Any]]:
        items = self._client("dynamodb").scan(TableName=self.task_table)["Items"]
        return [item for item in items if item["task_id"]["S"].startswith("slots#")]


def _holders(slots: dict[str, Any]) -> list[str]:
    """Who holds a slot, by the item of an activity or a callback."""
    return list(slots.get("holders", {}).get("SS", ()))


def resources_of(client: Callable[[str], Any], prefix: str) -> list[str]:
    """The names of all resources in the cloud that begin like this."""
    names = [
        *[f["FunctionName"] for f in client("lambda").list_functions()["Functions"]],
        *[a["name"] for a in client("stepfunctions").list_activities()["activities"]],
        *[m["name"] for m in client("stepfunctions").list_state_machines()["stateMachines"]],
        *[url.rsplit("/", 1)[-1] for url in client("sqs").list_queues().get("QueueUrls", [])],
        *client("dynamodb").list_tables()["TableNames"],
        *[b["Name"] for b in client("s3").list_buckets()["Buckets"]],
        *[r["RoleName"] for r in client("iam").list_roles()["Roles"]],
    ]
    return [name for name in names if name.startswith(prefix)]
