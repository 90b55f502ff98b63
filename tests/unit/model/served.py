"""The activity that the model serves, and a callback target like it."""

from dataclasses import replace
from typing import Any

from tests.unit.model.compute import FIRST
from tests.unit.model.executions import TIMEOUT_SECONDS

from activity_dispatch.domain.activities import Activity, WakeUp
from activity_dispatch.testing.stack import InMemoryStack

TARGET = "callback:work"
LINGER_SECONDS = 20


def serve(stack: InMemoryStack, **settings: Any) -> Activity:
    """Serve both; a target has no activity that a warm worker could ask."""
    activity = stack.change_activity(
        backend="model", config={"service": FIRST}, timeout_seconds=int(TIMEOUT_SECONDS), **settings
    )
    stack.serve(replace(activity, arn=TARGET, wake_up=WakeUp.CALLBACK, linger_seconds=None))
    return activity
