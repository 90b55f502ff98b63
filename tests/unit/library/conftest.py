"""One activity and its world in memory."""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from activity_dispatch.dispatch.dispatcher import Dispatcher
from activity_dispatch.dispatch.parked_tasks import ParkedTasks
from activity_dispatch.dispatch.taker import Taker
from activity_dispatch.dispatch.workers_first import WorkersFirst
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import Task
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.lifecycle.starter import Starter
from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.catalog import ActivityCatalog
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.slots import Slots
from activity_dispatch.testing import (
    FakeBackend,
    FakeSQS,
    FakeStepFunctions,
    InMemorySlots,
    InMemoryTaskTable,
    RecordedMetrics,
)

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


@dataclass
class FakeS3:
    """Keeps objects; `refuse` is raised instead, when set."""

    objects: dict[str, bytes] = field(default_factory=dict)
    refuse: Exception | None = None

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803
        if self.refuse:
            raise self.refuse
        self.objects[f"s3://{Bucket}/{Key}"] = Body


class World:
    """Dispatcher and Settler over an in-memory Step Functions, task table, backend and S3."""

    def __init__(self) -> None:
        self.arn = ARN
        self.activity = Activity(
            arn=ARN,
            name="work",
            backend="fake",
            config={},
            heartbeat_seconds=60,
            timeout_seconds=600,
            allowed_overrides=("command",),
        )
        self.stepfunctions = FakeStepFunctions()
        self.stepfunctions.activities[ARN] = deque()
        self.store, self.sqs = InMemorySlots(), FakeSQS()
        self.slots = Slots(store=self.store, queue=self.sqs.queue())
        self.tasks = InMemoryTaskTable(activities={ARN: self.activity}, slots=self.store)
        self.backend = FakeBackend()
        self.s3, self.metrics = FakeS3(), RecordedMetrics()
        self.answers = TaskAnswers(client=self.stepfunctions)  # type: ignore[arg-type]
        self.settler = Settler(
            answers=self.answers,
            tasks=self.tasks,
            payloads=PayloadStore(client=lambda: self.s3, bucket="payloads"),  # type: ignore[arg-type,return-value]
            slots=self.slots,
            metrics=self.metrics,
        )
        self.starter = Starter(tasks=self.tasks, settler=self.settler)
        self.dispatcher = Dispatcher(
            activities=ActivityCatalog(source=self.tasks),
            taker=self.taker("dispatcher test"),
            workers_first=WorkersFirst(stepfunctions=self.stepfunctions, clock=self.stepfunctions.clock),  # type: ignore[arg-type]
            parked_tasks=ParkedTasks(tasks=self.tasks, answers=self.answers, settler=self.settler),
            starter=self.starter,
            backend_of=lambda activity: self.backend,
            requests=self.sqs.queue(),
            metrics=self.metrics,
        )

    def taker(self, poller: str, *, waits_for_slot: bool = True) -> Taker:
        """What takes tasks in the name of `poller`."""
        client: Any = self.stepfunctions
        return Taker(stepfunctions=client, slots=self.slots, poller=poller, waits_for_slot=waits_for_slot)

    def set_activity(self, **changes: Any) -> None:
        """Change the activity's description, for whoever reads it from now on."""
        self.activity = replace(self.activity, **changes)
        self.tasks.activities[ARN] = self.activity

    def task(self, token: str, task_input: str) -> Task:
        """A task that a poll has taken."""
        return Task(
            activity_arn=ARN, token=token, input=task_input, heartbeat_seconds=60, poll_id="6742f00000000001"
        )


@pytest.fixture
def world() -> World:
    return World()
