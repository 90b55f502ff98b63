"""A worker may report as soon as it has its token, of an activity's task or of a callback.

LocalStack sets up what receives heartbeats only when the state's thread has noted that the task
was started, some milliseconds after GetActivityTask has answered. A heartbeat in between got
InvalidToken; an outcome in between was kept, but the state slept through it until its heartbeat
timed out. Tasks without HeartbeatSeconds never got a receiver, so every heartbeat was refused. The
same for states that wait for a callback, whose token goes out with their message.
"""

from collections.abc import Callable

from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import TimeoutSeconds
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    ActivityTaskStartEndpoint,
    CallbackEndpoint,
    HeartbeatEndpoint,
)

from localcloud.wrapping import wrap


def install() -> None:
    """Give each task its receiver when it is made."""
    # Never set on a task that nobody took, so that its timeout became an AttributeError.
    ActivityTaskStartEndpoint._outcome = None

    # Activities' endpoints are made through it too.
    @wrap(CallbackEndpoint, "__init__")
    def init(original: Callable[..., None], endpoint: CallbackEndpoint, callback_id: str) -> None:
        original(endpoint, callback_id=callback_id)
        endpoint._heartbeat_endpoint = HeartbeatEndpoint(TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)

    @wrap(CallbackEndpoint, "setup_heartbeat_endpoint")
    def setup(
        _original: Callable[..., HeartbeatEndpoint],
        endpoint: CallbackEndpoint,
        heartbeat_seconds: int,
    ) -> HeartbeatEndpoint:
        endpoint._heartbeat_endpoint._heartbeat_seconds = heartbeat_seconds
        return endpoint._heartbeat_endpoint
