"""The most calls a second that the stub answers: `python -m benchmark.stub.load PORT SECONDS`."""

import asyncio
import json
import sys
import time

import uvloop

CONNECTIONS = 64
_BODY = b'{"TableName":"tasks","Key":{"task_id":{"S":"none"}}}'
_REQUEST = (
    b"POST / HTTP/1.1\r\nHost: stub\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class Client(asyncio.Protocol):
    """Sends the next request as soon as an answer arrives."""

    def __init__(self, count: list[int]) -> None:
        """Count answers in `count`."""
        self._count = count
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer, which is small enough to arrive in one piece, and ask again."""
        self._count[0] += 1
        self._send()

    def _send(self) -> None:
        if self._transport is not None:
            self._transport.write(_REQUEST)


async def measure(port: int, seconds: float) -> float:
    """Return answers a second."""
    count, loop = [0], asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Client(count), "127.0.0.1", port)
    begun = time.monotonic()
    await asyncio.sleep(seconds)
    return count[0] / (time.monotonic() - begun)


if __name__ == "__main__":
    rate = uvloop.run(measure(int(sys.argv[1]), float(sys.argv[2])))
    print(json.dumps({"calls_per_second": rate}))
