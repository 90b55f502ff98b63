"""A world without a cloud: executions end as told."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from activity_dispatch_cli.execution import Ended
from operations import outputs
from operations.verify.results import expect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.verify.world import World

BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)
ACCOUNT = "123456789012"


def environment(**more: Any) -> outputs.Outputs:
    """An environment with all backends."""
    arns = {
        key: f"arn:aws:states:eu-west-1:{ACCOUNT}:activity:dispatch-dev-{key}"
        for key in ("lambda", "fargate", "batch")
    }
    document = {
        "region": "eu-west-1",
        "data_bucket": "dispatch-dev-data",
        "task_table": "dispatch-dev-tasks",
        "activities": arns,
        "state_machines": {key: arn.replace("activity", "stateMachine") for key, arn in arns.items()},
        "trainings": {
            "sagemaker": f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:dispatch-dev-training-sagemaker"
        },
        "functions": {},
        **more,
    }
    return outputs.parse(document)


def ended(
    output: Any = None,
    *,
    status: str = "SUCCEEDED",
    error: str | None = None,
    cause: Any = None,
    kinds: str = "",
) -> Ended:
    """An execution that has ended, with these events a second apart."""
    events = [
        {"id": number, "type": kind, "timestamp": BEGIN + timedelta(seconds=number)}
        for number, kind in enumerate(kinds.split(), start=1)
    ]
    return Ended(
        arn="arn:execution",
        status=status,
        started=BEGIN,
        stopped=BEGIN + timedelta(seconds=20),
        output=None if output is None else json.dumps(output),
        error=error,
        cause=None if cause is None else json.dumps(cause),
        events=tuple(events),
    )


class FakeWorld:
    """A world whose executions end like `ends`, one after the other, and the last way from then on."""

    name = "dispatch-dev-verify-0a1b"
    local = True
    limit_seconds = training_limit_seconds = 1.0

    def __init__(self, ends: Sequence[Ended], clients: Mapping[str, Any], overview: Any, made: Any) -> None:
        self._ends, self._clients, self._overview = list(ends), clients, overview
        self.stack, self.made, self.stopping = environment(), made, threading.Event()

    def client(self, service: str, *, polls: bool = False) -> Any:
        return self._clients[service]

    def start(self, _machine: str, _document: Any) -> str:
        return "arn:execution"

    def end(self, _arn: str, _limit: float | None = None) -> Ended:
        return self._ends.pop(0) if len(self._ends) > 1 else self._ends[0]

    def run(self, machine: str, _document: Any, limit: float | None = None) -> Ended:
        return self.end(machine, limit)

    def succeed(self, machine: str, document: Any, limit: float | None = None) -> Ended:
        found = self.run(machine, document, limit)
        expect(found.status == "SUCCEEDED", f"{found.status}: {found.error}: {found.cause}")
        return found

    def wait_until(self, condition: Any, seconds: float, what: str) -> Any:
        found = condition()
        expect(found, f"not within {seconds:.0f} s: {what}")
        return found

    def sleep(self, _seconds: float) -> None:
        pass

    def overview(self, _stack: Any) -> Any:
        return self._overview

    def task_of(self, *_args: Any) -> Any:
        return SimpleNamespace(job_id="job")


def world(*ends: Ended, clients: Mapping[str, Any] | None = None, overview: Any = None, **made: Any) -> World:
    """A world without a cloud. `made` is what terraform/verify would have made."""
    return cast("World", FakeWorld(ends, clients or {}, overview, SimpleNamespace(**made)))
