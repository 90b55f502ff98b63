"""The stub endpoint: the AWS calls of a dispatcher, with AWS's latencies and throttles."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.stub import runtime_api
from benchmark.stub.activity import Activity, task_input
from benchmark.stub.http import Answer, Request
from benchmark.stub.queue import Queue, as_record
from benchmark.stub.runtime_api import RuntimeApi
from benchmark.stub.table import ConditionFailed, NotUnderstood, Table
from benchmark.stub.throttle import Bucket

_RUNTIME = "/2018-06-01/runtime/"
_INVOKE = "/2015-03-31/functions/"
_THROTTLED = ("GetActivityTask", "SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The stub's behaviour: latencies in milliseconds, times in seconds, the throttle in calls."""

    least_ms: float = 15.0
    most_ms: float = 20.0
    bucket: float = 3_000.0
    refill: float = 500.0
    poll_seconds: float = 60.0
    batch_size: int = 10
    function_seconds: int = 300


class Refused(Exception):
    """A call is refused with this AWS error code."""


class StubCloud:
    """All state, for one measurement; `calls` and `refused` count by operation."""

    def __init__(self, behaviour: Behaviour) -> None:
        """Begin empty."""
        self.behaviour = behaviour
        self.calls: Counter[str] = Counter()
        self.activity = Activity(poll_seconds=behaviour.poll_seconds)
        self.buckets = {name: Bucket(size=behaviour.bucket, refill=behaviour.refill) for name in _THROTTLED}
        self.queue, self.table = Queue(), Table()
        self.runtime = RuntimeApi(self.queue, batch_size=behaviour.batch_size)
        self._random = random.Random(1)  # noqa: S311 (latencies)

    async def handle(self, request: Request) -> Answer:
        """Answer a request of an AWS client or of a function's runtime."""
        if request.path.startswith(_RUNTIME):
            return await self._runtime(request)
        name = "Invoke" if request.path.startswith(_INVOKE) else request.target.partition(".")[2]
        self.calls[name] += 1
        delay = self._random.uniform(self.behaviour.least_ms, self.behaviour.most_ms) / 1000
        try:
            document = await self._call(name, request.json())
        except (Refused, ConditionFailed, NotUnderstood) as error:
            await asyncio.sleep(delay)
            return Answer(status=400, document={"__type": _code(error), "message": str(error)})
        await asyncio.sleep(delay)
        return Answer(status=202 if name == "Invoke" else 200, document=document)

    async def _call(self, name: str, body: Mapping[str, Any]) -> Any:
        if name in self.buckets and not self.buckets[name].take():
            raise Refused("ThrottlingException")
        if name == "GetActivityTask":
            token = await self.activity.poll()
            return {} if token is None else {"taskToken": token, "input": task_input(token)}
        match name:
            case "Invoke":
                self.activity.start(body.get("task_token") or body["taskToken"])
                return None
            case "PutItem" | "BatchWriteItem" | "UpdateItem" | "GetItem" | "Query" | "Scan":
                return self._table_call(name, body)
            case "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat":
                return {}
            case "DescribeTasks":
                return {"tasks": [_running(arn) for arn in body["tasks"]], "failures": []}
            case _:
                return self._queue_call(name, body)

    def _table_call(self, name: str, body: Mapping[str, Any]) -> Any:
        table = self.table
        calls = {
            "PutItem": table.put,
            "BatchWriteItem": table.put_many,
            "UpdateItem": table.update,
            "GetItem": table.get,
            "Query": table.query,
            "Scan": table.scan,
        }
        return calls[name](body)

    def _queue_call(self, name: str, body: Mapping[str, Any]) -> Any:
        match name:
            case "SendMessageBatch":
                self.queue.send([entry["MessageBody"] for entry in body["Entries"]])
                return {"Successful": [{"Id": entry["Id"]} for entry in body["Entries"]], "Failed": []}
            case "ReceiveMessage":
                return {"Messages": [_as_message(record) for record in self._received(body)]}
            case "DeleteMessageBatch":
                for entry in body["Entries"]:
                    self.queue.delete(entry["ReceiptHandle"])
                return {"Successful": [{"Id": entry["Id"]} for entry in body["Entries"]], "Failed": []}
            case "ChangeMessageVisibility":
                self.queue.change_visibility(body["ReceiptHandle"], body["VisibilityTimeout"])
                return {}
        raise Refused("UnknownOperationException")

    def _received(self, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [as_record(message) for message in self.queue.receive(body.get("MaxNumberOfMessages", 1))]

    def _deadline_ms(self) -> int:
        return int((time.time() + self.behaviour.function_seconds) * 1000)

    async def _runtime(self, request: Request) -> Answer:
        path = request.path.removeprefix(_RUNTIME)
        if path == "invocation/next":
            request_id, event = await self.runtime.next()
            headers = runtime_api.headers(request_id, self._deadline_ms())
            return Answer(document=event, headers=headers)
        _, request_id, verb = [*path.split("/"), "", ""][:3]
        if verb == "response":
            self.runtime.answer(request_id, runtime_api.read(request.body))
        elif verb == "error":
            self.runtime.fail(request_id, runtime_api.read(request.body))
        else:
            self.runtime.errors.append(runtime_api.read(request.body))
        return Answer(status=202, document={"status": "OK"})


def _code(error: Exception) -> str:
    if isinstance(error, ConditionFailed):
        return "ConditionalCheckFailedException"
    return str(error) if isinstance(error, Refused) else "ValidationException"


def _as_message(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "MessageId": record["messageId"],
        "ReceiptHandle": record["receiptHandle"],
        "Body": record["body"],
        "Attributes": record["attributes"],
    }


def _running(arn: str) -> Mapping[str, Any]:
    """Return a running Fargate task, started by the one whose id ends its ARN."""
    return {
        "taskArn": arn,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "startedBy": arn.rpartition("/")[2],
        "containers": [],
        "version": 1,
    }
