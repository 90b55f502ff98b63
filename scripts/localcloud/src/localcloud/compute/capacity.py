"""A limit on what runs at once, first come, first served."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Literal

type Grant = Callable[[], None]


class Ticket:
    """A request for a share of a capacity; `release` gives the share back or ends the waiting."""

    def __init__(self, capacity: "Capacity", amount: float, grant: Grant) -> None:
        """Made by Capacity.request."""
        self.amount = amount
        self.grant = grant
        self.state: Literal["waiting", "granted", "released"] = "waiting"
        self._capacity = capacity

    def release(self) -> None:
        """Give the share back, or stop waiting for it; the second time nothing happens."""
        self._capacity.release(self)


class Capacity:
    """Hands out shares of a limit that may change, first come, first served."""

    def __init__(self, limit: Callable[[], float]) -> None:
        """`limit` is asked each time something is requested or released."""
        self._limit = limit
        self._used = 0.0
        self._waiting: deque[Ticket] = deque()
        self._lock = threading.Lock()

    def request(self, amount: float, grant: Grant) -> Ticket:
        """Ask for a share; `grant` is called once it is there, at once or by another's release."""
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
