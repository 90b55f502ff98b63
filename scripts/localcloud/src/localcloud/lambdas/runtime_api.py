"""The Lambda Runtime API of one process, served on its own loopback port.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Each process gets its own server:
the native runtime client accepts only host and port, so the port identifies the process, and a
request from a killed process can never take its successor's work.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

PREFIX = "/2018-06-01/runtime"
# 6 MiB, as Lambda limits a synchronous response.
MAX_RESPONSE_BYTES = 6_291_556


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One request to a function."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline_ms: int


@dataclass(frozen=True, kw_only=True)
class Response:
    """The function's response: its result, or the error that the runtime client reported."""

    body: bytes
    is_error: bool


class ProcessExitedError(Exception):
    """The process ended before it answered."""


class ApiClosedError(Exception):
    """The environment was stopped while a caller waited for it."""


class RuntimeApi:
    """Serves one runtime client its invocations and takes its responses."""

    def __init__(self) -> None:
        """Listen at once: the process needs the address to start."""
        self._changed = threading.Condition()
        self._ready = self._closed = self._exited = False
        self._init_error: bytes | None = None
        self._offered: Invocation | None = None
        self._running: str | None = None
        self._response: Response | None = None
        self._server = _Server(self)
        threading.Thread(target=self._serve, name="runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def await_init(self) -> bytes | None:
        """Wait until the runtime client asks for work; return its init error, if it posts one."""
        with self._changed:
            self._wait_until(lambda: self._ready or self._init_error is not None, None)
            return self._init_error

    def invoke(self, invocation: Invocation, timeout_seconds: float) -> Response:
        """Offer the invocation and wait for its response; TimeoutError if none comes in time."""
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            self._offered, self._running, self._response = invocation, invocation.request_id, None
            self._changed.notify_all()
            try:
                self._wait_until(lambda: self._response is not None, deadline)
                return cast("Response", self._response)
            finally:
                self._offered, self._running = None, None

    def process_exited(self) -> None:
        """Notify callers that wait: no response will come."""
        with self._changed:
            self._exited = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop serving; callers that wait get ApiClosedError."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        # A connection wakes the server's thread; if refused, the server has already stopped.
        with contextlib.suppress(ConnectionError):
            socket.create_connection(("127.0.0.1", self._server.server_port), timeout=1).close()

    def next(self) -> Invocation | None:
        """Return the runtime client's next invocation; None if the server is closed."""
        with self._changed:
            self._ready = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._offered or self._closed or self._exited)
            invocation, self._offered = self._offered, None
            return invocation

    def answer(self, request_id: str, response: Response) -> None:
        """Accept the response to the running invocation; drop a late one to another."""
        with self._changed:
            if request_id == self._running:
                self._response = response
                self._changed.notify_all()

    def fail_init(self, error: bytes) -> None:
        """Accept the error that prevented the handler from loading."""
        with self._changed:
            self._init_error = error
            self._changed.notify_all()

    def _wait_until(self, done: Callable[[], bool], deadline: float | None) -> None:
        while not done():
            if self._closed:
                raise ApiClosedError
            if self._exited:
                raise ProcessExitedError
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self._changed.wait(left)

    def _serve(self) -> None:
        with self._server:
            while not self._closed:
                self._server.handle_request()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Send head and body in one packet; otherwise each response waits 40 ms for a delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True

    @property
    def _api(self) -> RuntimeApi:
        return cast("_Server", self.server).api

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep requests out of LocalStack's log."""

    def do_GET(self) -> None:
        """Answer invocation/next, the only GET request of a runtime client."""
        if self.path != f"{PREFIX}/invocation/next":
            self._reply(HTTPStatus.NOT_FOUND)
            return
        invocation = self._api.next()
        if invocation is None:
            self.close_connection = True
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        self._reply(HTTPStatus.OK, invocation.payload, headers)

    def do_POST(self) -> None:
        """Accept a response, an error or an init error."""
        body = self._body()
        match self.path.removeprefix(PREFIX).strip("/").split("/"):
            case ["init", "error"]:
                self._api.fail_init(body)
            case ["invocation", request_id, "response"]:
                self._api.answer(request_id, _within_limit(body))
            case ["invocation", request_id, "error"]:
                self._api.answer(request_id, Response(body=body, is_error=True))
            case _:
                self._reply(HTTPStatus.NOT_FOUND)
                return
        self._reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}', {"Content-Type": "application/json"})

    def _reply(
        self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length")
        if length is not None:
            return self.rfile.read(int(length))
        body = b""  # The native client may send its response in chunks.
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


def _within_limit(body: bytes) -> Response:
    if len(body) <= MAX_RESPONSE_BYTES:
        return Response(body=body, is_error=False)
    error = {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        f"({MAX_RESPONSE_BYTES} bytes).",
    }
    return Response(body=json.dumps(error).encode(), is_error=True)
