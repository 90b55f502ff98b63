"""One task, claimed by a worker that runs real programs in a world in memory."""

import dataclasses
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.unit.worker.aws_stub import AwsStub

from activity_dispatch.domain.tasks import Task, TaskRecord, task_id_of
from activity_dispatch.lifecycle.settler import Settler
from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch.store.slots import Slots
from activity_dispatch.testing import FakeSQS, FakeStepFunctions, InMemorySlots, InMemoryTaskTable
from activity_dispatch.testing.stepfunctions import FakeTask
from activity_dispatch.worker.container.command import CommandWorker
from activity_dispatch.worker.container.function import FunctionWorker, Handle
from activity_dispatch.worker.container.parts import Parts
from activity_dispatch.worker.container.settings import WorkerSettings
from activity_dispatch.worker.container.stopper import Stopper

ARN = "arn:aws:states:eu-west-1:000000000000:activity:a"
INPUT = '{"text": "a"}'


class FakeS3:
    """Keeps objects."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> dict[str, Any]:  # noqa: N803
        assert ContentType == "application/json"
        self.objects[f"s3://{Bucket}/{Key}"] = Body
        return {}


@dataclass(kw_only=True)
class World:
    """A task that was dispatched, and all that a worker touches."""

    folder: str
    stepfunctions: FakeStepFunctions = field(default_factory=FakeStepFunctions)
    tasks: InMemoryTaskTable = field(default_factory=InMemoryTaskTable)
    s3: FakeS3 = field(default_factory=FakeS3)
    settings: WorkerSettings = field(init=False)
    scheduled: FakeTask = field(init=False)
    stopper: Stopper = field(init=False)

    def __post_init__(self) -> None:
        self.scheduled = self.stepfunctions.schedule(ARN, INPUT)
        self.settings = WorkerSettings(task_id=task_id_of(self.scheduled.token), grace_seconds=30)
        self.stopper = Stopper(self.settings.grace_seconds)
        task = Task(
            activity_arn=ARN, token=self.scheduled.token, input=INPUT, heartbeat_seconds=1, overrides={}
        )
        self.tasks.add(task, "fargate")
        self.tasks.record_started(self.settings.task_id, "job-1")

    def settle_with(self, **settings: Any) -> None:
        self.settings = dataclasses.replace(self.settings, **settings)
        self.stopper = Stopper(self.settings.grace_seconds)

    def parts(self) -> Parts:
        payloads = PayloadStore(client=lambda: self.s3, bucket="payloads")  # type: ignore[arg-type,return-value]
        answers = TaskAnswers(client=self.stepfunctions)  # type: ignore[arg-type]
        slots = Slots(store=InMemorySlots(), queue=FakeSQS().queue())
        settler = Settler(answers=answers, tasks=self.tasks, payloads=payloads, slots=slots)
        return Parts(
            settings=self.settings,
            environment={"PATH": os.environ["PATH"], "TMP_OF_TEST": self.folder, "TASK_TABLE": "tasks"},
            claimant="worker-1",
            tasks=self.tasks,
            settler=lambda: settler,
            stopper=self.stopper,
        )

    def run(self, *command: str, oom_kills: Callable[[], int] = lambda: 0) -> int:
        return CommandWorker(parts=self.parts(), count_oom_kills=oom_kills).run(command)

    def sh(self, script: str, **others: Any) -> int:
        return self.run("sh", "-c", script, **others)

    def python(self, script: str) -> int:
        return self.run(sys.executable, "-I", "-c", script)

    def call(self, handle: Handle, give_up: Callable[[int], object] = lambda code: None) -> int:
        return FunctionWorker(parts=self.parts(), environment={}, give_up=give_up).run(handle)

    def in_background(self, run: Callable[[], int]) -> "Running":
        return Running(run)

    @property
    def record(self) -> TaskRecord:
        return self.tasks.records[self.settings.task_id]

    @property
    def answer(self) -> Mapping[str, Any]:
        assert self.scheduled.answer is not None
        return self.scheduled.answer

    @property
    def output(self) -> Any:
        return json.loads(self.answer["output"])

    @property
    def error(self) -> str:
        return str(self.answer["error"])

    @property
    def cause(self) -> Mapping[str, Any]:
        cause: Mapping[str, Any] = json.loads(self.answer["cause"])
        return cause


class Running:
    """A worker in a thread; its exit code when it has ended."""

    def __init__(self, run: Callable[[], int]) -> None:
        self._codes: list[int] = []
        self._thread = threading.Thread(target=lambda: self._codes.append(run()), daemon=True)
        self._thread.start()

    def exit_code(self) -> int:
        self._thread.join(20)
        assert self._codes, "the worker did not end"
        return self._codes[0]


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


@pytest.fixture(name="until")
def _until() -> Callable[..., None]:
    return until


@pytest.fixture
def world(tmp_path) -> World:
    return World(folder=str(tmp_path))


@pytest.fixture
def aws_stub() -> Iterator[AwsStub]:
    with AwsStub() as stub:
        yield stub
