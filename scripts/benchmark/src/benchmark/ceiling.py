"""The stub's own limit: a figure close to it would measure the stub."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from benchmark import places

if TYPE_CHECKING:
    from benchmark.endpoint import Endpoint

SECONDS = 3.0


def measure(endpoint: Endpoint) -> float:
    """Return the most calls a second that the stub answers at latency 0."""
    endpoint.ask("reset", least_ms=0.0, most_ms=0.0)
    done = subprocess.run(
        [places.STUB_PYTHON, "-m", "benchmark.stub.load", str(endpoint.port), str(SECONDS)],
        env=endpoint.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout)["calls_per_second"])
