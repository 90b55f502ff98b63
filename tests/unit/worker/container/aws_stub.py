"""DynamoDB and Step Functions over HTTP, as far as one worker with one task needs them.

Every write is accepted: conditions are tested by the contract tests of the table.
"""

import http.server
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from botocore.session import Session
from botocore.validate import ParamValidator

TOKEN = "token-that-nobody-may-see"
TASK_ID = "0a" * 16


# By the start of X-Amz-Target.
_SERVICES = {
    "DynamoDB": Session().get_service_model("dynamodb"),
    "AWSStepFunctions": Session().get_service_model("stepfunctions"),
}


@dataclass(kw_only=True)
class AwsStub:
    """Keeps every request; `refuse` maps operations to the error codes that they answer with."""

    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    malformed: list[str] = field(default_factory=list)
    _server: http.server.ThreadingHTTPServer = field(init=False)

    def __enter__(self) -> Self:
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are two writes; otherwise the second waits for the client's acknowledgement.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                target, _, operation = self.headers["X-Amz-Target"].rpartition(".")
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stub.requests.append((operation, body))
                error = stub.refuse.get(operation) or stub.problem(target, operation, body)
                answer = stub.answer(operation) if error is None else {"__type": error}
                data = json.dumps(answer).encode()
                self.send_response(200 if error is None else 400)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        assert self.malformed == []

    def problem(self, target: str, operation: str, body: Mapping[str, Any]) -> str | None:
        """Return an error code for what botocore would refuse to send: the worker's does not validate."""
        shape: Any = _SERVICES[target.partition("_")[0]].operation_model(operation).input_shape
        report = ParamValidator().validate(body, shape).generate_report()
        if report:
            self.malformed.append(f"{operation}: {report}")
        return "ValidationException" if report else None

    def answer(self, operation: str) -> Mapping[str, Any]:
        if operation != "GetItem":
            return {}
        item = {
            "task_id": {"S": TASK_ID},
            "state": {"S": "started"},
            "activity_arn": {"S": "arn:aws:states:eu-west-1:000000000000:activity:a"},
            "backend": {"S": "ecs"},
            "token": {"S": TOKEN},
            "input": {"S": '{"text": "a"}'},
            "heartbeat_seconds": {"N": "1"},
            "starting_at": {"N": "1763900000.000"},
        }
        return {"Item": item}

    def environment(self) -> dict[str, str]:
        """Return the environment of a container of the stack."""
        return {
            "TASK_ID": TASK_ID,
            "TASK_TABLE": "tasks",
            "PAYLOAD_BUCKET": "payloads",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_port}",
        }

    def sent(self, operation: str) -> list[dict[str, Any]]:
        """Return the bodies of an operation's requests."""
        return [body for name, body in self.requests if name == operation]
