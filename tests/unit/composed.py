"""The library's roles, composed over a stack in memory as the functions compose them over AWS."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from activity_dispatch.dispatch.assembly import make_dispatcher, make_taker
from activity_dispatch.dispatch.dispatcher import Dispatcher
from activity_dispatch.dispatch.results import Result
from activity_dispatch.dispatch.taker import Taker
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import Task, TaskRecord, task_id_of
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.slots import Slots
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import ARN, InMemoryStack

EXECUTION = "arn:aws:states:eu-west-1:000000000000:execution:machine:1"
SETTINGS = Settings(task_table="tasks", payload_bucket="payloads", dispatch_queue_url="queue")


@dataclass(kw_only=True)
class Composed(InMemoryStack):
    """A stack whose roles and steps share one runtime."""

    stack_settings: Settings = SETTINGS

    @cached_property
    def runtime(self) -> Runtime:
        """The parts of any function."""
        return Runtime(settings=self.stack_settings, **self.parts())

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of a function."""
        return make_dispatcher(self.runtime, "dispatcher test")

    def taker(self, poller: str, *, waits_for_slot: bool = True) -> Taker:
        """A taker that polls under the name `poller`."""
        return make_taker(self.runtime, poller, waits_for_slot=waits_for_slot)

    @property
    def activity(self) -> Activity:
        """The served activity's current description."""
        return self.tasks.activities[ARN]

    @property
    def answers(self) -> TaskAnswers:
        """The client that answers to Step Functions."""
        return self.runtime.answers

    @property
    def settler(self) -> Settler:
        """The settler."""
        return self.runtime.settler

    @property
    def slots(self) -> Slots:
        """The slots."""
        return self.runtime.slots

    @property
    def starter(self) -> Starter:
        """The starter of jobs."""
        return self.runtime.starter

    def request(self, **fields: Any) -> str:
        """Return the body of a dispatch request."""
        return json.dumps({"activity_arn": ARN, "execution_arn": EXECUTION, **fields})

    def dispatch(self, **fields: Any) -> Result:
        """Handle a dispatch request."""
        return self.dispatcher.handle(self.request(**fields))

    def record_of(self, scheduled: FakeTask) -> TaskRecord:
        """Return the record of a scheduled task."""
        record = self.tasks.get(task_id_of(scheduled.token))
        assert record is not None
        return record

    def task(self, token: str, task_input: str, **fields: Any) -> Task:
        """Return a task that a poll has taken."""
        taken: dict[str, Any] = {"heartbeat_seconds": 60, "poll_id": "6742f00000000001"}
        return Task(activity_arn=ARN, token=token, input=task_input, **{**taken, **fields})
