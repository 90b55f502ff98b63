"""What the stack serves: an activity, and a callback target."""

from dataclasses import replace
from typing import Any

from tests.unit.model.compute import FIRST
from tests.unit.model.executions import TIMEOUT_SECONDS

from activity_dispatch.domain.activities import Activity, WakeUp
from activity_dispatch.testing.stack import InMemoryStack

TARGET = "callback:work"
LINGER_SECONDS = 20


def serve(
    stack: InMemoryStack,
    *,
    pool: int | None = None,
    share_key: str | None = None,
    heartbeat_seconds: int = 180,
    **settings: Any,
) -> Activity:
    """Serve an activity, and a callback target like it, but heavier in their pool."""
    stack.pool_store.sizes["shared"] = pool or 0
    activity = stack.change_activity(
        backend="model",
        config={"service": FIRST},
        heartbeat_seconds=heartbeat_seconds,
        timeout_seconds=int(TIMEOUT_SECONDS),
        pool=None if pool is None else "shared",
        **settings,
    )
    callback: dict[str, Any] = {"wake_up": WakeUp.CALLBACK, "weight": 2, "share_key": share_key}
    # There is no activity that a warm worker could ask for a target's tasks.
    stack.serve(replace(activity, arn=TARGET, linger_seconds=None, **callback))
    return activity
