"""The functions' requests, as their botocore reports them: the emulator logs no refusal.

With AWS_CSM_ENABLED, botocore sends each attempt of a request to a local UDP port: client-side monitoring.
So neither the emulator nor the functions are changed.
https://docs.aws.amazon.com/sdk-for-php/v3/developer-guide/guide_csm.html
"""

import json
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BUFFER_BYTES = 8 * 2**20
DATAGRAM_BYTES = 2**16
REFUSED = re.compile(r"assumed-role/([^/]+)/\S* is not authorized to perform: (\S+)(?: on resource: (\S+))?")
REFUSALS = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@dataclass(frozen=True, kw_only=True, order=True)
class Refusal:
    """A request that IAM refused."""

    role: str
    action: str
    resource: str


class Calls:
    """Listens until it is closed."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.bind(("127.0.0.1", 0))
        self._attempts: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def variables(self) -> dict[str, str]:
        """What lets botocore report here."""
        host, port = self._socket.getsockname()
        return {"AWS_CSM_ENABLED": "true", "AWS_CSM_HOST": host, "AWS_CSM_PORT": str(port)}

    def attempts(self) -> Sequence[dict[str, Any]]:
        """Each attempt of a request so far."""
        return tuple(self._attempts)

    def refusals(self) -> list[Refusal]:
        """Each request so far that was refused, in order."""
        return [_refusal(attempt) for attempt in self.attempts() if attempt.get("AwsException") in REFUSALS]

    def close(self) -> None:
        # A datagram wakes the thread, which closing the socket alone does not.
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(timeout=10)
        self._socket.close()

    def _listen(self) -> None:
        while said := self._socket.recv(DATAGRAM_BYTES):
            event = json.loads(said)
            if event["Type"] == "ApiCallAttempt":
                self._attempts.append(event)


def _refusal(attempt: dict[str, Any]) -> Refusal:
    """Who was refused what; of a refusal without such a message, what was asked."""
    found = REFUSED.search(attempt.get("AwsExceptionMessage", ""))
    if found is None:
        return Refusal(role="?", action=f"{attempt['Service']}:{attempt['Api']}", resource="?")
    return Refusal(role=found[1], action=found[2], resource=found[3] or "")
