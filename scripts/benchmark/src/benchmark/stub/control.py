"""What a measurement asks of the stub: to begin anew, to schedule tasks, to tell how it went."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from benchmark.stub.cloud import Behaviour, StubCloud
from benchmark.stub.http import Answer, Request

PREFIX = "/_stub/"


class Stub:
    """The stub endpoint and the way to control it."""

    def __init__(self) -> None:
        """Begin with AWS's usual behaviour."""
        self.cloud = StubCloud(Behaviour())

    async def handle(self, request: Request) -> Answer:
        """Answer any request."""
        if not request.path.startswith(PREFIX):
            return await self.cloud.handle(request)
        return Answer(document=await self._control(request.path.removeprefix(PREFIX), request.json()))

    async def _control(self, verb: str, body: Mapping[str, Any]) -> Any:
        cloud = self.cloud
        match verb:
            case "reset":
                self.cloud = StubCloud(Behaviour(**body))
            case "items":
                for item in body["items"]:
                    cloud.table.items[item["task_id"]["S"]] = item
            case "empty-bucket":
                cloud.buckets["GetActivityTask"].empty()
            case "schedule":
                cloud.activity.schedule(body["count"])
                cloud.queue.send([json.dumps(body["request"])] * body["count"] if body["request"] else [])
            case "wait-started":
                await asyncio.wait_for(cloud.activity.all_started.wait(), body["seconds"])
            case "wait-settled":
                async with asyncio.timeout(body["seconds"]):
                    while cloud.queue.left:
                        await asyncio.sleep(0.01)
            case "wait-ready":
                await asyncio.wait_for(cloud.runtime.ready.wait(), body["seconds"])
            case "wait-call":
                async with asyncio.timeout(body["seconds"]):
                    while cloud.calls[body["operation"]] < body["count"]:
                        await asyncio.sleep(0.01)
            case "invoke":
                return await asyncio.wait_for(cloud.runtime.invoke(body["event"]), body["seconds"])
            case "report":
                return self._report()
            case _:
                return {"error": f"unknown: {verb}"}
        return {}

    def _report(self) -> Mapping[str, Any]:
        cloud = self.cloud
        polls = cloud.buckets["GetActivityTask"]
        return {
            "tasks": cloud.activity.report(),
            "calls": dict(cloud.calls),
            "refused": {name: bucket.refused for name, bucket in cloud.buckets.items()},
            "polls_allowed": polls.allowed,
            "messages_left": cloud.queue.left,
            "invocation_ms": cloud.runtime.milliseconds,
            "errors": cloud.runtime.errors,
        }
