"""Track the frames in which LocalStack evaluates states.

Each state is evaluated in a frame of its execution's environment, on its own thread. However a
state ends (outcome, timeout, failure of a sibling branch, a stopped execution), one of four methods
of its frame is called. That is where to release callers that wait on the state's task.
"""

from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    CallbackEndpoint,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment

from localcloud.wrapping import wrap

_ENDINGS = ("set_ended", "set_error", "set_timed_out", "set_stop")


def on_end(act: Callable[[Environment], None]) -> None:
    """Call `act` with each frame after it has ended."""
    for name in _ENDINGS:
        _after(name, act)


def _after(name: str, act: Callable[[Environment], None]) -> None:
    @wrap(Environment, name)
    def ending(original: Callable[..., None], frame: Environment, *a: Any, **details: Any) -> None:
        original(frame, *a, **details)
        if not frame.is_running():
            act(frame)


def endpoint_of(frame: Environment) -> CallbackEndpoint | None:
    """Return the endpoint that awaits the outcome of the frame's task, if it has one."""
    task = frame.states.context_object.context_object_data.get("Task")
    return frame.callback_pool_manager.get(task["Token"]) if task else None


def wake(endpoint: CallbackEndpoint) -> None:
    """Wake up the state's thread, whatever it waits for."""
    endpoint.interrupt_all()
    if isinstance(endpoint, ActivityCallbackEndpoint):
        endpoint.get_activity_task_start_endpoint()._next_activity_task_start_event.set()
