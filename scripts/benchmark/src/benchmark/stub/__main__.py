"""Run the stub: `python -m benchmark.stub PORT`, in the environment with uvloop."""

import asyncio
import sys

import uvloop

from benchmark.stub.control import Stub
from benchmark.stub.http import Connection

BACKLOG = 1024


async def serve(port: int) -> None:
    """Serve until the process is terminated."""
    stub = Stub()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(stub.handle), "127.0.0.1", port, backlog=BACKLOG, reuse_address=True
    )
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
