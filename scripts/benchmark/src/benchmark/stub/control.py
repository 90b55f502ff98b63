"""How a measurement controls the stub: reset it, schedule tasks, read the report."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from benchmark.stub.cloud import Behaviour, StubCloud
from benchmark.stub.http import Answer, Request

PREFIX = "/_stub/"
CHECK_SECONDS = 0.01

type Body = Mapping[str, Any]


class Stub:
    """The stub endpoint and its control: each verb is a method of the same name."""

    def __init__(self) -> None:
        """Begin with AWS's usual behaviour."""
        self.cloud = StubCloud(Behaviour())
        self._verbs: Mapping[str, Callable[[Body], Awaitable[Any]]] = {
            "reset": self.reset,
            "items": self.items,
            "empty-bucket": self.empty_bucket,
            "schedule": self.schedule,
            "wait-started": self.wait_started,
            "wait-settled": self.wait_settled,
            "wait-ready": self.wait_ready,
            "wait-polls": self.wait_polls,
            "invoke": self.invoke,
            "invoke-later": self.invoke_later,
            "report": self.report,
        }

    async def handle(self, request: Request) -> Answer:
        """Answer any request."""
        if not request.path.startswith(PREFIX):
            return await self.cloud.handle(request)
        verb = self._verbs[request.path.removeprefix(PREFIX)]
        return Answer(document=await verb(request.json()))

    async def reset(self, body: Body) -> None:
        """Start afresh with this behaviour."""
        self.cloud = StubCloud(Behaviour(**body))

    async def items(self, body: Body) -> None:
        """Put items into the task table."""
        for item in body["items"]:
            self.cloud.table.items[item["task_id"]["S"]] = item

    async def empty_bucket(self, _: Body) -> None:
        """Empty the bucket of polls, and count polls from here."""
        self.cloud.buckets["GetActivityTask"].empty()

    async def schedule(self, body: Body) -> None:
        """Schedule `count` tasks, and send a `request` for each unless it is null."""
        self.cloud.activity.schedule(body["count"])
        if body["request"] is not None:
            self.cloud.queue.send([json.dumps(body["request"])] * body["count"])

    async def wait_started(self, body: Body) -> None:
        """Wait until all tasks are started."""
        activity = self.cloud.activity
        async with asyncio.timeout(body["seconds"]):
            while len(activity.starts) < activity.scheduled:
                await asyncio.sleep(CHECK_SECONDS)

    async def wait_settled(self, body: Body) -> None:
        """Wait until the queue is empty."""
        async with asyncio.timeout(body["seconds"]):
            while self.cloud.queue.left:
                await asyncio.sleep(CHECK_SECONDS)

    async def wait_ready(self, body: Body) -> None:
        """Wait until a function asks for work."""
        await asyncio.wait_for(self.cloud.runtime.ready.wait(), body["seconds"])

    async def wait_polls(self, body: Body) -> None:
        """Wait until `count` polls wait for a task."""
        async with asyncio.timeout(body["seconds"]):
            while self.cloud.activity.polls < body["count"]:
                await asyncio.sleep(CHECK_SECONDS)

    async def invoke(self, body: Body) -> Any:
        """Let the function handle an event; return its result."""
        return await asyncio.wait_for(self.cloud.runtime.invoke(body["event"]), body["seconds"])

    async def invoke_later(self, body: Body) -> None:
        """Let the function handle an event without waiting for it."""
        self.cloud.runtime.invoke(body["event"])

    async def report(self, _: Body) -> Mapping[str, Any]:
        """Return everything counted since the last reset."""
        cloud = self.cloud
        return {
            "tasks": cloud.activity.report(),
            "calls": dict(cloud.calls),
            "refused": {name: bucket.refused for name, bucket in cloud.buckets.items()},
            "polls_allowed": cloud.buckets["GetActivityTask"].allowed,
            "messages_left": cloud.queue.left,
            "invocation_ms": cloud.runtime.milliseconds,
            "errors": cloud.runtime.errors,
        }
