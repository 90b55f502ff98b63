"""A world without a cloud: executions end as told."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from operations import outputs
from operations.executions.execution import Ended
from operations.verify.results import expect

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def world(*ends: Ended, clients: Mapping[str, Any] | None = None, overview: Any = None, **made: Any) -> World:
    """A world whose executions end like this, one after the other, and the last way from then on."""
    left = list(ends)

    def run(_machine: str, _document: Any = None, _limit: float | None = None) -> Ended:
        return left.pop(0) if len(left) > 1 else left[0]

    def succeed(machine: str, document: Any, limit: float | None = None) -> Ended:
        found = run(machine, document, limit)
        expect(found.status == "SUCCEEDED", f"{found.status}: {found.error}: {found.cause}")
        return found

    def wait_until(condition: Any, _seconds: float, what: str) -> Any:
        found = condition()
        expect(found, f"not within {_seconds:.0f} s: {what}")
        return found

    return cast(
        "World",
        SimpleNamespace(
            name="dispatch-dev-verify-0a1b",
            local=True,
            limit_seconds=1.0,
            training_limit_seconds=1.0,
            stack=environment(),
            made=SimpleNamespace(**made),
            stopping=threading.Event(),
            client=lambda service, **_options: (clients or {})[service],
            run=run,
            succeed=succeed,
            start=lambda *_args: "arn:execution",
            end=run,
            wait_until=wait_until,
            sleep=lambda _seconds: None,
            overview=lambda _stack: overview,
            task_of=lambda *_args: SimpleNamespace(job_id="job"),
        ),
    )
