"""One task, and a worker that runs real programs for it over a stack in memory."""

import dataclasses
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.unit.composed import Composed
from tests.unit.worker.container.aws_stub import AwsStub

from activity_dispatch.domain.tasks import TaskRecord, task_id_of
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import ARN
from activity_dispatch.worker.container.command import CommandWorker
from activity_dispatch.worker.container.function import FunctionWorker, Handle
from activity_dispatch.worker.container.next_tasks import NextTasks
from activity_dispatch.worker.container.parts import Parts
from activity_dispatch.worker.container.settings import WorkerSettings
from activity_dispatch.worker.container.stopper import Stopper

INPUT = '{"text": "a"}'


@dataclass(kw_only=True)
class Bench(Composed):
    """A stack with one task whose job was started, and a worker for it."""

    folder: str
    settings: WorkerSettings = field(init=False)
    scheduled: FakeTask = field(init=False)
    stopper: Stopper = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.scheduled = self.stepfunctions.schedule(ARN, INPUT)
        self.settings = WorkerSettings(task_id=task_id_of(self.scheduled.token), grace_seconds=30)
        self.stopper = Stopper(self.settings.grace_seconds)
        self.tasks.add(self.task(self.scheduled.token, INPUT, heartbeat_seconds=1, poll_id=""), "ecs")
        self.tasks.record_started(self.settings.task_id, "job-1")

    def configure(self, **settings: Any) -> None:
        self.settings = dataclasses.replace(self.settings, **settings)
        self.stopper = Stopper(self.settings.grace_seconds)

    def worker_parts(self) -> Parts:
        return Parts(
            settings=self.settings,
            environment={"PATH": os.environ["PATH"], "TMP_OF_TEST": self.folder, "TASK_TABLE": "tasks"},
            claimant="worker-1",
            tasks=self.tasks,
            settler=lambda: self.settler,
            stopper=self.stopper,
            warm_jobs=self.runtime.warm_jobs,
            polls=lambda: self.runtime.clients.stepfunctions_poll,
        )

    def run(self, *command: str, oom_kills: Callable[[], int] = lambda: 0) -> int:
        return CommandWorker(parts=self.worker_parts(), count_oom_kills=oom_kills).run(command)

    def sh(self, script: str, **others: Any) -> int:
        return self.run("sh", "-c", script, **others)

    def python(self, script: str) -> int:
        return self.run(sys.executable, "-I", "-c", script)

    def call(self, handle: Handle, give_up: Callable[[int], object] = lambda code: None) -> int:
        return FunctionWorker(parts=self.worker_parts(), environment={}, give_up=give_up).run(handle)

    def in_background(self, run: Callable[[], int]) -> "Running":
        return Running(run)

    def marks(self) -> set[str]:
        """Return the names of the files that the program has written."""
        return {path.name for path in Path(self.folder).iterdir()}

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


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition was never met"
        time.sleep(0.005)


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    return wait_until


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(folder=str(tmp_path))


@pytest.fixture
def aws_stub() -> Iterator[AwsStub]:
    with AwsStub() as stub:
        yield stub


@pytest.fixture
def warm(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench whose worker lingers: until nothing is scheduled, as the fake's polls return at once."""
    bench.change_activity(linger_seconds=20)
    bench.configure(linger_seconds=20)
    task_id = bench.settings.task_id
    assert bench.stepfunctions.get_activity_task(activityArn=ARN, workerName="dispatcher")["taskToken"]
    fingerprint = bench.activity.fingerprint
    first = bench.tasks.records[task_id]
    bench.tasks.records[task_id] = dataclasses.replace(first, description=fingerprint, poll_id="6" * 16)
    moments = iter(range(0, 10_000, 15))
    take = NextTasks.take

    def with_own_time(self: NextTasks):
        self.timer = lambda: float(next(moments))
        return take(self)

    monkeypatch.setattr(NextTasks, "take", with_own_time)
    return bench
