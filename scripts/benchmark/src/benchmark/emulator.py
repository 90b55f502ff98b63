"""The emulator's own share of a dispatch: calls and invocations that run none of the project's code."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmark.deployment import Deployment

TIMES = 15
KEY = {"task_id": {"S": "benchmark"}}


def measure(deployment: Deployment) -> Mapping[str, Any]:
    """Time each call of one warm dispatch on its own, and add them up."""
    table, functions = deployment.task_table, deployment.client("lambda")
    dynamodb = deployment.client("dynamodb")
    nothing = json.dumps({"Records": []})
    calls: dict[str, Callable[[], Any]] = {
        "PutItem": lambda: dynamodb.put_item(TableName=table, Item=KEY),
        "UpdateItem": lambda: dynamodb.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET note = :note",
            ExpressionAttributeValues={":note": {"S": "x"}},
        ),
        # An empty batch: only the emulator's way to the function and back remains.
        "invocation": lambda: functions.invoke(
            FunctionName=deployment.functions["dispatcher"], Payload=nothing
        ),
    }
    milliseconds = {name: _median_ms(call) for name, call in calls.items()}
    dynamodb.delete_item(TableName=table, Key=KEY)
    # Two functions are invoked; a poll and an asynchronous invocation cost at least what a write does.
    writes = milliseconds["PutItem"] * 3 + milliseconds["UpdateItem"]
    return {"calls_ms": milliseconds, "least_ms_per_dispatch": 2 * milliseconds["invocation"] + writes}


def _median_ms(call: Callable[[], Any]) -> float:
    return statistics.median(_ms(call) for _ in range(TIMES))


def _ms(call: Callable[[], Any]) -> float:
    begun = time.monotonic()
    call()
    return (time.monotonic() - begun) * 1000
