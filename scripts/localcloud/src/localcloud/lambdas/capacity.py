"""How many processes Lambda may have, and what waits when there are enough.

LocalStack starts a new environment for every invocation that finds none free. On AWS that is right;
on a few cores a hundred cold starts at once take a minute, and each holds 50 MB. Here an invocation
waits for whichever comes first: a free environment of its function, or leave to start one. Leave is
given to as many starts at a time as there are cores, so a burst of short invocations is worked off
by few processes, while long ones still get one each, up to the limit.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    RuntimeStatus,
)
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType

from localcloud.wrapping import wrap

LIMIT_VARIABLE = "LOCALCLOUD_MAX_ENVIRONMENTS"
_DEFAULT_LIMIT = 48
# One function may take two thirds, so that long jobs never keep the others out.
_SHARE = 2 / 3
_MIN_STARTS_AT_A_TIME = 2


def limit() -> int:
    """The most environments that this cloud has at a time."""
    return int(os.environ.get(LIMIT_VARIABLE) or _DEFAULT_LIMIT)


def function_limit() -> int:
    """The most environments that one version of a function has at a time."""
    return max(1, round(limit() * _SHARE))


@dataclass(kw_only=True, eq=False)
class Ticket:
    """One invocation's place: first in the queue, then in an environment."""

    version: str
    admitted: threading.Event = field(default_factory=threading.Event)
    starting: bool = False


class Admission:
    """Decides which invocations may go on. All its state is guarded by one lock."""

    def __init__(self, service: AssignmentService) -> None:
        """Watch over the environments of LocalStack's assignment service."""
        self._service = service
        self._lock = threading.Lock()
        self._queue: list[Ticket] = []
        self._inside: list[Ticket] = []
        self._starts_at_a_time = max(_MIN_STARTS_AT_A_TIME, os.cpu_count() or 1)

    @contextlib.contextmanager
    def place(self, version: str) -> Iterator[Ticket]:
        """Wait for a place; give it back at the end."""
        ticket = Ticket(version=version)
        with self._lock:
            self._queue.append(ticket)
        try:
            while not ticket.admitted.is_set():
                self.review()
                # Environments also end by themselves, when idle for long: look again now and then.
                ticket.admitted.wait(1)
            yield ticket
        finally:
            with self._lock:
                for tickets in (self._queue, self._inside):
                    if ticket in tickets:
                        tickets.remove(ticket)
            self.review()

    def started(self, ticket: Ticket) -> None:
        """The invocation has its environment; if it started one, another may start now."""
        with self._lock:
            ticket.starting = False
        self.review()

    def review(self) -> None:
        """Admit, in order of arrival, whoever can go on."""
        with self._lock:
            refused: set[str] = set()
            for ticket in list(self._queue):
                if ticket.version in refused:
                    continue
                if not self._admit(ticket):
                    refused.add(ticket.version)

    def _admit(self, ticket: Ticket) -> bool:
        if self._free(ticket.version) <= 0:
            if not self._may_start(ticket.version):
                return False
            ticket.starting = True
        self._queue.remove(ticket)
        self._inside.append(ticket)
        ticket.admitted.set()
        return True

    def _free(self, version: str) -> int:
        inside = [ticket for ticket in self._inside if ticket.version == version]
        using = sum(not ticket.starting for ticket in inside)
        return len(self._service.environments.get(version, ())) - using

    def _may_start(self, version: str) -> bool:
        starting = [ticket.version for ticket in self._inside if ticket.starting]
        own = len(self._service.environments.get(version, ())) + starting.count(version)
        if len(starting) >= self._starts_at_a_time or own >= function_limit():
            return False
        everywhere = sum(len(found) for found in list(self._service.environments.values()))
        return everywhere + len(starting) < limit() or self._evict(version)

    def _evict(self, for_version: str) -> bool:
        """End the environment of another function that was idle the longest."""
        idle = [
            environment
            for version, found in list(self._service.environments.items())
            for environment in list(found.values())
            if version != for_version and _is_idle(environment) and self._free(version) > 0
        ]
        if not idle:
            return False
        self._service.stop_environment(min(idle, key=lambda found: found.last_returned))
        return True


def _is_idle(environment: ExecutionEnvironment) -> bool:
    return bool(
        environment.status == RuntimeStatus.READY
        and environment.initialization_type == InitializationType.on_demand
    )


def install() -> None:
    """Put admission before LocalStack's choice of an environment."""

    @wrap(AssignmentService, "__init__")
    def init(original: Callable[..., None], service: AssignmentService) -> None:
        original(service)
        service.admission = Admission(service)

    @wrap(AssignmentService, "get_environment")
    @contextlib.contextmanager
    def get_environment(
        original: Callable[..., Any],
        service: AssignmentService,
        version_manager_id: str,
        function_version: FunctionVersion,
        provisioning_type: InitializationType,
    ) -> Iterator[ExecutionEnvironment]:
        choose = original(service, version_manager_id, function_version, provisioning_type)
        if provisioning_type != InitializationType.on_demand:
            with choose as environment:
                yield environment
            return
        with service.admission.place(version_manager_id) as ticket, choose as environment:
            service.admission.started(ticket)
            yield environment
