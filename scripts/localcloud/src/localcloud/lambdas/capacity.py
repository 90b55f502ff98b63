"""Limit the number of Lambda processes, and queue invocations beyond it.

LocalStack starts a new environment for every invocation that finds none free. AWS does so too, but
on a few cores a hundred simultaneous cold starts take a minute, and each process holds 50 MB. Here
an invocation waits for whichever comes first: a free environment of its function, or permission to
start one. As many starts are permitted at a time as there are cores, so a few processes handle a
burst of short invocations, while long ones still get one each, up to the limit.
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
    InvalidStatusException,
    RuntimeStatus,
)
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType

from localcloud.wrapping import wrap

LIMIT_VARIABLE = "LOCALCLOUD_MAX_ENVIRONMENTS"
_DEFAULT_LIMIT = 48
# One function may take two thirds, so that long jobs never lock out the others.
_SHARE = 2 / 3
_MIN_STARTS_AT_A_TIME = 2


def limit() -> int:
    """Return the maximum number of environments in this cloud."""
    return int(os.environ.get(LIMIT_VARIABLE) or _DEFAULT_LIMIT)


def function_limit() -> int:
    """Return the maximum number of environments of one function version."""
    return max(1, round(limit() * _SHARE))


@dataclass(kw_only=True, eq=False)
class Ticket:
    """One invocation: first in the queue, then in an environment."""

    version: str
    admitted: threading.Event = field(default_factory=threading.Event)
    # None if it was admitted to start its own.
    environment: ExecutionEnvironment | None = None


class Admission:
    """Decides which invocations may proceed. One lock guards all its state."""

    def __init__(self, service: AssignmentService) -> None:
        """Manage the environments of LocalStack's assignment service."""
        self._service = service
        self._lock = threading.Lock()
        self._queue: list[Ticket] = []
        self._starting: list[Ticket] = []
        self._starts_at_a_time = max(_MIN_STARTS_AT_A_TIME, os.cpu_count() or 1)

    @contextlib.contextmanager
    def place(self, function_version: FunctionVersion, version: str) -> Iterator[Any]:
        """Wait for an environment and yield it; it is released at the end."""
        ticket = Ticket(version=version)
        try:
            environment = self._await_place(ticket) or self._start(ticket, function_version)
            try:
                yield environment
            except BaseException:
                self._service.stop_environment(environment)
                raise
            with contextlib.suppress(InvalidStatusException):  # It has been stopped meanwhile.
                environment.release()
        finally:
            with self._lock:
                for tickets in (self._queue, self._starting):
                    if ticket in tickets:
                        tickets.remove(ticket)
            self._review()

    def _await_place(self, ticket: Ticket) -> ExecutionEnvironment | None:
        with self._lock:
            self._queue.append(ticket)
        while not ticket.admitted.is_set():
            self._review()
            # Environments also end when idle for long, so check again periodically.
            ticket.admitted.wait(1)
        return ticket.environment

    def _start(self, ticket: Ticket, function_version: FunctionVersion) -> ExecutionEnvironment:
        environment = self._service.start_environment(ticket.version, function_version)
        # Reserve it before others see it; LocalStack does so later and sometimes loses the race.
        environment.reserve()
        with self._lock:
            self._service.environments[ticket.version][environment.id] = environment
            self._starting.remove(ticket)
        self._review()
        return environment

    def _review(self) -> None:
        """Admit invocations that can proceed, in order of arrival."""
        with self._lock:
            refused: set[str] = set()
            for ticket in list(self._queue):
                if ticket.version not in refused and not self._admit(ticket):
                    refused.add(ticket.version)

    def _admit(self, ticket: Ticket) -> bool:
        ticket.environment = self._reserve(ticket.version)
        if ticket.environment is None:
            if not self._may_start(ticket.version):
                return False
            self._starting.append(ticket)
        self._queue.remove(ticket)
        ticket.admitted.set()
        return True

    def _reserve(self, version: str) -> ExecutionEnvironment | None:
        for environment in list(self._service.environments[version].values()):
            if _is_idle(environment):
                with contextlib.suppress(InvalidStatusException):  # Being ended, as idle.
                    environment.reserve()
                    return environment
        return None

    def _may_start(self, version: str) -> bool:
        own = len(self._service.environments[version])
        own += sum(ticket.version == version for ticket in self._starting)
        if len(self._starting) >= self._starts_at_a_time or own >= function_limit():
            return False
        everywhere = sum(len(found) for found in list(self._service.environments.values()))
        return everywhere + len(self._starting) < limit() or self._evict(version)

    def _evict(self, for_version: str) -> bool:
        """Stop another function's environment that has been idle the longest."""
        idle = [
            environment
            for version, found in list(self._service.environments.items())
            for environment in list(found.values())
            if version != for_version and _is_idle(environment)
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
    """Make invocations wait for an environment; LocalStack still handles provisioned ones."""

    @wrap(AssignmentService, "__init__")
    def init(original: Callable[..., None], service: AssignmentService) -> None:
        original(service)
        service.admission = Admission(service)

    @wrap(AssignmentService, "get_environment")
    def get_environment(
        original: Callable[..., Any],
        service: AssignmentService,
        version_manager_id: str,
        function_version: FunctionVersion,
        provisioning_type: InitializationType,
    ) -> Any:
        if provisioning_type == InitializationType.on_demand:
            return service.admission.place(function_version, version_manager_id)
        return original(service, version_manager_id, function_version, provisioning_type)
