"""What a function costs besides its calls: cold start, import, and the milliseconds billed for a request."""

from __future__ import annotations

import statistics
import subprocess
import time
from typing import TYPE_CHECKING, Any

from benchmark import items, places
from benchmark.bursts import BURST_SECONDS, READY_SECONDS, function
from benchmark.processes import running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.endpoint import Endpoint

COLD_STARTS = 5
WARM_REQUESTS = 20
_IMPORT = """
import time
begun = time.process_time()
import boto3
between = time.process_time()
import dispatcher.handler
print((between - begun) * 1000, (time.process_time() - between) * 1000)
"""


def measure(endpoint: Endpoint) -> Mapping[str, Any]:
    """Start the dispatcher several times, each time with one request after the other."""
    rounds = [_cold_start(endpoint) for _ in range(COLD_STARTS)]
    imports = [_import_ms() for _ in range(COLD_STARTS)]
    warm = [each for one in rounds for each in one["warm_ms"]]
    return {
        "until_ready_ms": statistics.median(one["until_ready_ms"] for one in rounds),
        "first_invocation_ms": statistics.median(one["first_ms"] for one in rounds),
        "warm_invocation_ms": statistics.median(warm),
        "import_boto3_cpu_ms": statistics.median(each[0] for each in imports),
        "import_ours_cpu_ms": statistics.median(each[1] for each in imports),
    }


def _cold_start(endpoint: Endpoint) -> Mapping[str, Any]:
    endpoint.ask("reset")
    endpoint.ask("items", items=[items.activity()])
    begun = time.monotonic()
    environment = endpoint.function_environment("dispatcher")
    with running("cold", function("dispatcher"), environment):
        endpoint.ask("wait-ready", seconds=READY_SECONDS)
        until_ready_ms = (time.monotonic() - begun) * 1000
        for _ in range(1 + WARM_REQUESTS // COLD_STARTS):
            endpoint.ask("schedule", count=1, request=items.request())
            endpoint.ask("wait-started", seconds=BURST_SECONDS)
            endpoint.ask("wait-settled", seconds=BURST_SECONDS)
        first, *warm = endpoint.ask("report")["invocation_ms"]
    return {"until_ready_ms": until_ready_ms, "first_ms": first, "warm_ms": warm}


def _import_ms() -> tuple[float, float]:
    done = subprocess.run(
        [places.DISPATCHER_PYTHON, "-c", _IMPORT], capture_output=True, text=True, check=True
    )
    boto3, ours = map(float, done.stdout.split())
    return boto3, ours
