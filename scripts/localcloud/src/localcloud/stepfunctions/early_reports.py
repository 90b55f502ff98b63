"""Let a worker report as soon as it has the token of an activity task or a callback.

LocalStack sets up the heartbeat receiver only once the state's thread has recorded the task's
start, some milliseconds after GetActivityTask has answered. A heartbeat in between gets
InvalidToken; an outcome in between is stored, but the state does not notice it until its heartbeat
times out. Tasks without HeartbeatSeconds never get a receiver, so every heartbeat is refused. The
same holds for states that wait for a callback, whose token leaves with their message.
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
    """Create each task's receiver together with the task."""
    # LocalStack never sets it on a task that was not taken, whose timeout is an AttributeError.
    ActivityTaskStartEndpoint._outcome = None

    # This also creates activities' endpoints.
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
