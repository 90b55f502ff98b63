"""What the checks share: the environment, what was made beside it, clients, waiting that can be stopped."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from activity_dispatch.domain.polls import poll_id_of
from activity_dispatch.store.dynamodb.task_table import DynamoTaskTable
from activity_dispatch.store.payloads import PayloadStore
from activity_dispatch_cli import execution
from activity_dispatch_cli.history import ENDS
from operations.verify.results import CheckFailed, Stopped, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3

    from activity_dispatch.domain.tasks import TaskRecord
    from activity_dispatch.store.task_table import Overview
    from activity_dispatch_cli.execution import Ended
    from operations.outputs import Outputs

# GetActivityTask answers after up to a minute, and a repeated poll could lose a task.
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
POLL = Config(read_timeout=70, retries={"total_max_attempts": 1})


@dataclass(frozen=True, kw_only=True)
class Made:
    """What terraform/verify has made. `stack` is its module stack's outputs."""

    name: str
    stack: Outputs
    state_machines: Mapping[str, str]
    unserved_activities: Mapping[str, str]
    job_log_group: str
    queue_urls: Mapping[str, str]
    lag_log_group: str
    chain_log_group: str


@dataclass(frozen=True, kw_only=True)
class World:
    """`local`: a cloud on this machine, where everything starts at once. `name`: what the run is called."""

    stack: Outputs
    made: Made
    session: boto3.Session
    local: bool
    stopping: threading.Event = field(default_factory=threading.Event)
    _clients: dict[tuple[str, bool], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        return self.made.name

    @property
    def limit_seconds(self) -> float:
        """How long an execution may take; a Batch instance may need minutes to come."""
        return 120.0 if self.local else 900.0

    @property
    def training_limit_seconds(self) -> float:
        return 180.0 if self.local else 1800.0

    def client(self, service: str, *, polls: bool = False) -> Any:
        """Return a service's client, which threads share; they must not create it at the same time."""
        with self._lock:
            key = (service, polls)
            if key not in self._clients:
                config = {"config": POLL} if polls else {}
                self._clients[key] = self.session.client(service, **config)  # type: ignore[call-overload]
            return self._clients[key]

    def start(self, machine: str, document: Any) -> str:
        """Start an execution of a machine, one of ours by its check or any by its ARN."""
        arn = self.made.state_machines.get(machine, machine)
        return execution.start(self.client("stepfunctions"), arn, document)

    def end(self, arn: str, limit_seconds: float | None = None) -> Ended:
        """Wait for an execution's end."""
        client = self.client("stepfunctions")
        limit = limit_seconds or self.limit_seconds
        self.wait_until(
            lambda: client.describe_execution(executionArn=arn)["status"] in execution.EXIT_CODES,
            limit,
            f"the execution {arn.rpartition(':')[2]} has ended",
        )
        return execution.follow(client, arn, tell=lambda _: None, interval_seconds=0.2, limit_seconds=60)

    def run(self, machine: str, document: Any, limit_seconds: float | None = None) -> Ended:
        return self.end(self.start(machine, document), limit_seconds)

    def succeed(self, machine: str, document: Any, limit_seconds: float | None = None) -> Ended:
        """Run an execution; CheckFailed unless it succeeds."""
        ended = self.run(machine, document, limit_seconds)
        expect(ended.status == "SUCCEEDED", f"{ended.status}: {ended.error}: {ended.cause}")
        return ended

    def wait_until[T](self, condition: Callable[[], T | None], seconds: float, what: str) -> T:
        """Return the condition's value once it is true; CheckFailed after `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise CheckFailed(f"not within {seconds:.0f} s: {what}")
            self.sleep(0.2 if self.local else 1.0)
        return found

    def sleep(self, seconds: float) -> None:
        """Wait. Stopped if the run is interrupted."""
        if self.stopping.wait(seconds):
            raise Stopped

    def overview(self, stack: Outputs) -> Overview:
        """Read a stack's task table."""
        return overview(self.session, stack)

    def task_of(self, stack: Outputs, arn: str) -> TaskRecord:
        """Wait until the job of an execution's activity runs; return its task."""
        return self.wait_until(
            lambda: self._task(stack, arn), self.limit_seconds, "the task table has the job"
        )

    def _task(self, stack: Outputs, arn: str) -> TaskRecord | None:
        events = execution.newer_events(self.client("stepfunctions"), arn, 0)
        expect(not events or events[-1]["type"] not in ENDS, f"the execution has ended: {events[-1:]}")
        details = [
            event["activityStartedEventDetails"] for event in events if event["type"] == "ActivityStarted"
        ]
        polls = {poll_id_of(one.get("workerName", "")) for one in details}
        tasks = self.overview(stack).tasks
        return next(
            (task for task in tasks if task.poll_id in polls and (task.job_id or task.claimed_by)), None
        )


def overview(session: boto3.Session, stack: Outputs) -> Overview:
    """Read a stack's task table: open tasks, slots and activities."""
    payloads = PayloadStore(client=lambda: session.client("s3"), bucket=stack.data_bucket)
    return DynamoTaskTable(
        client=session.client("dynamodb"), name=stack.document["task_table"], payloads=payloads
    ).overview()
