"""Ports of this machine."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"
PROBE_SECONDS = 2.0


def free_port() -> int:
    """Return a port that nothing uses now; another process may take it before you do."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def is_taken(port: int) -> bool:
    """Return whether something listens on a port."""
    try:
        socket.create_connection((HOST, port), timeout=PROBE_SECONDS).close()
    except OSError:
        return False
    return True
