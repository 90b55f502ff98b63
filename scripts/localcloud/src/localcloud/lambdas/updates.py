"""Let running invocations finish when a function is updated.

LocalStack kills the old version's environments in the middle of their work, removes their code,
and rejects invocations that have just found the old version. On AWS an invocation ends in the
environment in which it began, and invocations after the update run the new code.
"""

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from localstack.aws.api.lambda_ import State
from localstack.services.lambda_.invocation import lambda_service
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, VersionState
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager
from localstack.utils.threads import start_worker_thread

from localcloud.wrapping import wrap

_MANAGERS: weakref.WeakSet[LambdaVersionManager] = weakref.WeakSet()


class Occupants:
    """The invocations that run in a version, and the version that replaced it."""

    def __init__(self) -> None:
        """No invocations, and no successor."""
        self._changed = threading.Condition()
        self._count = 0
        self.successor: LambdaVersionManager | None = None

    def replace(self, successor: LambdaVersionManager) -> None:
        """Admit no more invocations."""
        with self._changed:
            self.successor = successor
            self._changed.notify_all()

    def enter(self) -> bool:
        """Count an invocation in; false once there is a successor."""
        with self._changed:
            if self.successor is None:
                self._count += 1
            return self.successor is None

    def leave(self) -> None:
        """Count an invocation out."""
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def await_end(self) -> None:
        """Wait until it is replaced and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self.successor is not None and self._count == 0)


def install() -> None:
    """Count the invocations of each version, and stop an old one once it is empty."""
    _count_invocations()
    _wait_for_them()


def _count_invocations() -> None:
    @wrap(LambdaVersionManager, "__init__")
    def init(original: Callable[..., None], manager: Any, *args: Any, **kwargs: Any) -> None:
        original(manager, *args, **kwargs)
        manager.occupants = Occupants()
        _MANAGERS.add(manager)

    @wrap(LambdaVersionManager, "invoke")
    def invoke(original: Callable[..., Any], manager: Any, *, invocation: Any) -> Any:
        with _inside(manager) as newest:
            return original(newest, invocation=invocation)

    @wrap(LambdaService, "update_version_state")
    def update(
        original: Callable[..., None],
        service: LambdaService,
        function_version: FunctionVersion,
        new_state: VersionState,
    ) -> None:
        arn = function_version.qualified_arn
        old: Any = service.lambda_running_versions.get(arn)
        new = service.lambda_starting_versions.get(arn)
        if old is not None and new is not None and new_state.state == State.Active:
            old.occupants.replace(new)
        original(service, function_version=function_version, new_state=new_state)


def _wait_for_them() -> None:
    @wrap(LambdaVersionManager, "stop")
    def stop(original: Callable[..., None], manager: Any) -> None:
        # Without a successor, the function is being deleted: LocalStack kills what runs at once.
        _once_left([manager] if manager.occupants.successor else [], lambda: original(manager))

    @wrap(lambda_service, "destroy_code_if_not_used")
    def destroy(original: Callable[..., None], code: Any, function: Any) -> None:
        old = [
            manager
            for manager in list(_MANAGERS)
            if manager.function_version.config.code is code and manager.occupants.successor
        ]
        _once_left(old, lambda: original(code, function))


@contextlib.contextmanager
def _inside(manager: Any) -> Iterator[Any]:
    while not manager.occupants.enter():
        manager = manager.occupants.successor
    try:
        yield manager
    finally:
        manager.occupants.leave()


def _once_left(managers: list[Any], do: Callable[[], None]) -> None:
    if not managers:
        do()
        return

    def wait(_: object) -> None:
        for manager in managers:
            manager.occupants.await_end()
        do()

    # Not on LocalStack's few threads: other functions' updates need those.
    start_worker_thread(wait, name="lambda-old-version")
