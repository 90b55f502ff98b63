"""Answer GetActivityTask as soon as a task exists, and give each task to one live worker.

LocalStack polls once a second, gives tasks to clients that have disconnected, and gives out tasks
of executions that have ended. It also puts a task on the activity before it registers the token,
so that a fast worker gets InvalidToken, and the task is lost.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.stepfunctions import ActivityDoesNotExist, GetActivityTaskOutput
from localstack.runtime import events
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    CallbackPoolManager,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.backend.activity import Activity, ActivityTask
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.stepfunctions import connections, frames
from localcloud.wrapping import wrap

HOLD_SECONDS = 60.0
# One condition for all activities: there are few polls, and they wake up only for a new task or a
# lost client.
_arrived = threading.Condition()


def install() -> None:
    """Replace LocalStack's polling."""
    connections.install()
    _announce_tasks()
    frames.on_end(_withdraw)
    threading.Thread(target=_wake_at_shutdown, name="activity-shutdown", daemon=True).start()

    @wrap(StepFunctionsProvider, "get_activity_task")
    def get_activity_task(
        _original: Callable[..., Any],
        provider: StepFunctionsProvider,
        context: RequestContext,
        activity_arn: str,
        worker_name: str | None = None,
        **_kwargs: object,
    ) -> GetActivityTaskOutput:
        provider._validate_activity_arn(activity_arn)
        activity = provider._get_activity(context=context, activity_arn=activity_arn)
        task = _await_task(activity, connections.Client(context))
        if task is None:
            return GetActivityTaskOutput(taskToken=None, input=None)
        task.endpoint.notify_activity_task_start(worker_name=worker_name)
        return GetActivityTaskOutput(taskToken=task.task_token, input=task.task_input)


def _await_task(activity: Activity, client: connections.Client) -> ActivityTask | None:
    deadline = time.monotonic() + HOLD_SECONDS
    client.on_gone(_wake_pollers)
    with _arrived:
        while not client.gone and not events.infra_stopping.is_set():
            if activity._tasks:
                return activity._tasks.popleft()
            left = deadline - time.monotonic()
            if left <= 0:
                break
            _arrived.wait(left)
    return None


def _announce_tasks() -> None:
    @wrap(CallbackPoolManager, "add_activity_task")
    def add_activity_task(
        _original: Callable[..., Any],
        pool: CallbackPoolManager,
        callback_id: str,
        activity_arn: str,
        activity_input: str,
    ) -> ActivityCallbackEndpoint:
        activity = pool._activity_store.get(activity_arn)
        if activity is None:
            raise ActivityDoesNotExist
        endpoint = ActivityCallbackEndpoint(callback_id=callback_id, activity_input=activity_input)
        task = ActivityTask(task_token=callback_id, task_input=activity_input)
        task.endpoint, endpoint.task, endpoint.activity = endpoint, task, activity
        pool._pool[callback_id] = endpoint
        with _arrived:
            activity.add_task(task)
            _arrived.notify_all()
        return endpoint


def _withdraw(frame: Environment) -> None:
    endpoint = frames.endpoint_of(frame)
    if not isinstance(endpoint, ActivityCallbackEndpoint):
        return
    with _arrived:
        if endpoint.task in endpoint.activity._tasks:
            endpoint.activity._tasks.remove(endpoint.task)


def _wake_pollers() -> None:
    with _arrived:
        _arrived.notify_all()


def _wake_at_shutdown() -> None:
    events.infra_stopping.wait()
    _wake_pollers()
