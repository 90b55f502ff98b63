"""HTTP/1.1 with keep-alive on asyncio, only as much as AWS's clients use: one request at a time."""

import asyncio
import itertools
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_NUMBERS = itertools.count(1)
_TARGET = re.compile(rb"\r\nx-amz-target: *([\w.]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request; `target` is its X-Amz-Target, empty if it has none."""

    method: str
    path: str
    target: str
    body: bytes

    def json(self) -> Any:
        """Return the parsed body, an empty object if there is none."""
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response; headers are lines without line ends."""

    document: Any
    status: int = 200
    headers: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """Return the answer's bytes, with a new request id."""
        body = b"" if self.document is None else json.dumps(self.document).encode()
        lines = (
            f"HTTP/1.1 {self.status} Stub",
            "Content-Type: application/json",
            f"x-amzn-RequestId: {next(_NUMBERS):08x}-0000-4000-8000-000000000000",
            f"Content-Length: {len(body)}",
            *self.headers,
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


type Handler = Callable[[Request], Awaitable[Answer]]


class Connection(asyncio.Protocol):
    """One client's connection. When the client disconnects, its request is cancelled."""

    def __init__(self, handler: Handler) -> None:
        """Answer requests with the handler."""
        self._handler = handler
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for answers."""
        self._transport = transport  # type: ignore[assignment]

    def close(self) -> None:
        """Close the connection from this side."""
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the request: nobody waits for its answer."""
        self._transport = None
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Start to answer once the request is complete."""
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length.group(1)) if length else 0
        if not found or len(rest) < size:
            return
        self._received = rest[size:]
        target = _TARGET.search(head)
        method, path, _ = head.split(b" ", 2)
        request = Request(
            method=method.decode(),
            path=path.decode(),
            target=target.group(1).decode() if target else "",
            body=rest[:size],
        )
        self._task = asyncio.get_running_loop().create_task(self._answer(request))

    async def _answer(self, request: Request) -> None:
        try:
            answer = await self._handler(request)
        except Exception as error:  # noqa: BLE001 (the client gets it, as from any server)
            answer = Answer(status=500, document={"__type": "InternalError", "message": repr(error)})
        if self._transport is not None:
            self._transport.write(answer.encode())
