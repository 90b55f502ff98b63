"""The items and requests that measurements start from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from benchmark.endpoint import ACTIVITY_ARN, FUNCTION_ARN


def request() -> dict[str, str]:
    """Return the body of a dispatch request, as the state of module `activity` sends it."""
    return {
        "activity_arn": ACTIVITY_ARN,
        "execution_arn": f"{ACTIVITY_ARN.replace(':activity:', ':execution:')}:1",
        "state_entered_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


def activity(**changes: Any) -> dict[str, Any]:
    """Return the item that describes the activity, as module `activity` writes it."""
    description = {
        "arn": ACTIVITY_ARN,
        "name": "benchmark-job",
        "backend": "lambda",
        "config": {"function_arn": FUNCTION_ARN},
        "heartbeat_seconds": 180,
        "timeout_seconds": 3600,
        "allowed_overrides": [],
        "max_concurrent_jobs": None,
        "max_queue_seconds": None,
        **changes,
    }
    return {
        "task_id": {"S": f"activity#{ACTIVITY_ARN}"},
        "poll_id": {"S": "activity"},
        "activity": {"S": json.dumps(description)},
    }
