"""A first-come, first-served limit on what runs at once."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Literal

type Grant = Callable[[], None]


class Ticket:
    """A request for a share of a capacity; `release` returns the share or stops waiting for it."""

    def __init__(self, capacity: "Capacity", amount: float, grant: Grant) -> None:
        """Created by Capacity.request."""
        self.amount = amount
        self.grant = grant
        self.state: Literal["waiting", "granted", "released"] = "waiting"
        self._capacity = capacity

    def release(self) -> None:
        """Return the share, or stop waiting for it; idempotent."""
        self._capacity.release(self)


class Capacity:
    """Hands out shares of a limit that may change, first come, first served."""

    def __init__(self, limit: Callable[[], float]) -> None:
        """`limit` is called on every request and release."""
        self._limit = limit
        self._used = 0.0
        self._waiting: deque[Ticket] = deque()
        self._lock = threading.Lock()

    def request(self, amount: float, grant: Grant) -> Ticket:
        """Request a share; `grant` is called once it is available, possibly at once."""
        ticket = Ticket(self, amount, grant)
        with self._lock:
            self._waiting.append(ticket)
        self._hand_out()
        return ticket

    def release(self, ticket: Ticket) -> None:
        """See Ticket.release."""
        with self._lock:
            if ticket.state == "waiting":
                self._waiting.remove(ticket)
            elif ticket.state == "granted":
                self._used -= ticket.amount
            ticket.state = "released"
        self._hand_out()

    def _hand_out(self) -> None:
        limit = self._limit()
        granted = []
        with self._lock:
            while self._waiting and self._used + self._waiting[0].amount <= limit:
                ticket = self._waiting.popleft()
                ticket.state = "granted"
                self._used += ticket.amount
                granted.append(ticket)
        for ticket in granted:
            ticket.grant()
