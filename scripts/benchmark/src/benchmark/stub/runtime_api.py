"""Lambda's Runtime API for one function, which calls it with its own runtime client.

Events come in batches from the queue, as from an event source mapping, or one by one from `invoke`.
Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
import itertools
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from benchmark.stub.queue import Message, Queue, as_record


@dataclass(kw_only=True)
class Invocation:
    """One invocation; `milliseconds` runs from the event to the answer, as AWS bills it."""

    event: Any
    messages: list[Message] = field(default_factory=list)
    begun: float = 0.0
    milliseconds: float | None = None
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RuntimeApi:
    """Hands out events: those of `invoke` first, then batches from the queue."""

    def __init__(self, queue: Queue, *, batch_size: int = 10) -> None:
        """Begin without a function; `ready` is set when the first one asks for work."""
        self.queue, self.batch_size = queue, batch_size
        self.ready = asyncio.Event()
        self.milliseconds: list[float] = []
        self.errors: list[Any] = []
        self._asked: deque[Invocation] = deque()
        self._under_way: dict[str, Invocation] = {}
        self._numbers = itertools.count(1)
        self._wake = asyncio.Event()

    def invoke(self, event: Any) -> asyncio.Future[Any]:
        """Let the function handle an event; the future is its result."""
        invocation = Invocation(event=event)
        self._asked.append(invocation)
        self._wake.set()
        return invocation.done

    async def next(self) -> tuple[str, Any]:
        """Return a request id and an event once there is one."""
        self.ready.set()
        invocation = await self._next()
        request_id = f"{next(self._numbers):08x}-0000-4000-8000-000000000001"
        invocation.begun = time.monotonic()
        self._under_way[request_id] = invocation
        return request_id, invocation.event

    def answer(self, request_id: str, result: Any) -> None:
        """Take the function's result: messages that it does not return as failed are deleted."""
        invocation = self._end(request_id)
        failed = {entry["itemIdentifier"] for entry in (result or {}).get("batchItemFailures", ())}
        for message in invocation.messages:
            if message.id not in failed:
                self.queue.delete(message.id)
        if not invocation.done.done():
            invocation.done.set_result(result)

    def fail(self, request_id: str, error: Any) -> None:
        """Take the function's error; its messages are delivered again after their visibility timeout."""
        self._end(request_id)
        self.errors.append(error)

    def _end(self, request_id: str) -> Invocation:
        invocation = self._under_way.pop(request_id)
        invocation.milliseconds = (time.monotonic() - invocation.begun) * 1000
        self.milliseconds.append(invocation.milliseconds)
        return invocation

    async def _next(self) -> Invocation:
        while True:
            if self._asked:
                return self._asked.popleft()
            if messages := self.queue.receive(self.batch_size):
                return Invocation(event={"Records": list(map(as_record, messages))}, messages=messages)
            self._wake.clear()
            waits = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(self.queue.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()


def headers(request_id: str, deadline_ms: int) -> tuple[str, ...]:
    """Return the headers that describe an invocation to the runtime."""
    arn = "arn:aws:lambda:eu-west-1:000000000000:function:benchmark"
    return (
        f"Lambda-Runtime-Aws-Request-Id: {request_id}",
        f"Lambda-Runtime-Deadline-Ms: {deadline_ms}",
        f"Lambda-Runtime-Invoked-Function-Arn: {arn}",
    )


def read(body: bytes) -> Any:
    """Read a function's result."""
    return json.loads(body) if body else None
