"""A connection that died while the process was frozen is not used for a call that is made once."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from botocore.exceptions import HTTPClientError

from activity_dispatch.aws.clients import FRESH_SECONDS, Clients

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/x-amz-json-1.0\r\n\r\n{}"


def serve(connection: socket.socket) -> None:
    """Answer one request; on the next one, close the connection, as a server that forgot it does."""
    with connection:
        for number in range(2):
            text = b""
            while not text.endswith(b"}"):
                chunk = connection.recv(65_536)
                if not chunk:
                    return
                text += chunk
            if number == 0:
                connection.sendall(ANSWER)


def accept(listening: socket.socket) -> None:
    """Serve each connection in a thread of its own, until the socket is shut down."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


@contextmanager
def forgetful_server() -> Iterator[str]:
    """Yield the address of a server that answers one request on each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack:
        # Closing alone does not wake the thread that accepts.
        stack.callback(listening.shutdown, socket.SHUT_RDWR)
        threading.Thread(target=accept, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def clients(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with forgetful_server() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        now = [1_000.0]
        made = Clients(threads=2, clock=lambda: now[0])
        yield made, now


def poll(clients: Clients) -> object:
    return clients.stepfunctions_poll.get_activity_task(activityArn="arn")


def test_after_a_freeze_a_poll_has_a_connection_of_its_own(clients) -> None:
    made, now = clients
    made.begin_invocation()
    poll(made)
    now[0] += FRESH_SECONDS + 1
    made.begin_invocation()
    poll(made)


def test_connections_that_may_be_dead_fail_a_call_that_is_made_once(clients) -> None:
    made, now = clients
    made.begin_invocation()
    poll(made)
    now[0] += FRESH_SECONDS - 1
    made.begin_invocation()
    with pytest.raises(HTTPClientError):
        poll(made)
