"""An SQS queue, with only what dispatch requests need."""

import asyncio
import itertools
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_RECEIVED = 10


@dataclass(kw_only=True)
class Message:
    """A message; its receipt handle is its id."""

    id: str
    body: str
    receive_count: int = 0


class Queue:
    """Messages wait in order; a received one is delivered again unless it is deleted before its timeout."""

    def __init__(self, *, visibility_seconds: float = 330.0) -> None:
        """Begin empty."""
        self.visibility_seconds = visibility_seconds
        self.deleted = 0
        self._waiting: deque[Message] = deque()
        self._received: dict[str, tuple[Message, asyncio.TimerHandle]] = {}
        self._numbers = itertools.count(1)
        self._arrived = asyncio.Event()

    def send(self, bodies: Sequence[str]) -> None:
        """Add messages."""
        self._waiting.extend(Message(id=f"m{next(self._numbers):08d}", body=body) for body in bodies)
        self._arrived.set()

    async def wait(self) -> None:
        """Wait until there is a message."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()

    def receive(self, count: int) -> list[Message]:
        """Return up to `count` messages, hidden from now on."""
        messages = [self._waiting.popleft() for _ in range(min(count, MAX_RECEIVED, len(self._waiting)))]
        for message in messages:
            message.receive_count += 1
            self._hide(message, self.visibility_seconds)
        return messages

    def delete(self, message_id: str) -> None:
        """Remove a message that was received."""
        received = self._received.pop(message_id, None)
        if received is not None:
            received[1].cancel()
            self.deleted += 1

    def change_visibility(self, message_id: str, seconds: float) -> None:
        """Deliver a received message again `seconds` from now."""
        message, timer = self._received[message_id]
        timer.cancel()
        self._hide(message, seconds)

    @property
    def left(self) -> int:
        """How many messages are not deleted yet."""
        return len(self._waiting) + len(self._received)

    def _hide(self, message: Message, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._show, message.id)
        self._received[message.id] = (message, timer)

    def _show(self, message_id: str) -> None:
        message, _ = self._received.pop(message_id)
        self._waiting.append(message)
        self._arrived.set()


def as_record(message: Message) -> Mapping[str, Any]:
    """Return a message as an event source mapping hands it to a function."""
    return {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.receive_count)},
        "eventSource": "aws:sqs",
    }
