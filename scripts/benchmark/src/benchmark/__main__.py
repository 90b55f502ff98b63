"""`python -m benchmark`: measure everything, write build/benchmark.json and the documents based on it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmark import (
    bursts,
    ceiling,
    latencies,
    machines,
    places,
    reconciling,
    report,
    scaling,
    schema,
    starts,
    targets,
    throttled,
)
from benchmark.cost import per_million
from benchmark.endpoint import stub

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TASKS = 2_000
MEAN_CALL_MS = 17.5


def main() -> int:
    """Run everything. A missed target is reported and is not a failure."""
    begun = time.monotonic()
    places.BUILD.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machines.describe(),
    }
    result |= on_the_stub()
    result["latency"] = step("Dispatch latency on the local cloud", latencies.measure)
    result["cost"] = per_million.measure(
        result["burst"]["contestants"]["dispatcher"], result["starts"], MEAN_CALL_MS
    )
    speed = 1000 / result["cost"]["dispatcher_ms_at_memory"]["burst"]
    result["scaling"] = step("Simulation", lambda: scaling.measure(speed))
    result["targets"] = targets.judge(result)
    result["seconds"] = time.monotonic() - begun
    schema.check(result)
    write(result)
    print(report.targets(result))
    print(f"{result['seconds']:.0f} s; {places.RESULT.relative_to(places.ROOT)}", flush=True)
    return 0


def on_the_stub() -> dict[str, Any]:
    """Return everything that is measured on the stub endpoint."""
    with stub() as endpoint:
        calls = step("The stub's own ceiling", lambda: ceiling.measure(endpoint))
        contestants = bursts.take_turns(endpoint, TASKS, say=say)
        speed = contestants["dispatcher"]["tasks_per_second"]
        return {
            "stub": {"calls_per_second": calls, "least_ms": 15.0, "most_ms": 20.0},
            "burst": {"tasks": TASKS, "contestants": contestants},
            "throttle": step("At the throttle", lambda: throttled.measure(endpoint, speed)),
            "reconciler": step("Reconciler", lambda: reconciling.measure(endpoint)),
            "starts": step("Cold starts", lambda: starts.measure(endpoint)),
        }


def write(result: Mapping[str, Any]) -> None:
    """Write the result and the documents based on it."""
    places.RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    picture = places.ROOT / "docs/scaling.svg"
    subprocess.run(
        [places.PLOT_PYTHON, places.PACKAGE / "plot.py", places.RESULT, picture], check=True, cwd=places.BUILD
    )
    for name, text in (("benchmarks", report.benchmarks(result)), ("scaling", report.scaling(result))):
        (places.ROOT / "docs" / f"{name}.md").write_text(text, encoding="utf-8")


def step[T](what: str, measure: Callable[[], T]) -> T:
    """Measure, and print how long it took."""
    begun = time.monotonic()
    measured = measure()
    say(f"{what}: {time.monotonic() - begun:.0f} s")
    return measured


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


if __name__ == "__main__":
    # A SIGTERM also ends the processes that this one started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main())
