"""`make demo`: deploy to a local cloud, process a real text on each backend, remove everything."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from activity_dispatch_cli import execution, history
from activity_dispatch_cli.timeline.command import timeline
from operations import paths
from operations.clients import Clients, connect
from operations.demo.stage import cloud_for_demo, show_logs, stack_for_demo
from operations.executions import sample
from operations.executions.stack import stack_of
from operations.steps import say, step

if TYPE_CHECKING:
    from activity_dispatch_cli.execution import Ended
    from operations.executions.sample import Expected
    from operations.outputs import Outputs

EXECUTION_SECONDS = 120.0
INTERVAL_SECONDS = 0.2
# Longer than any demo.
LAST = "1h"
TIMELINE = paths.ROOT / "build/demo/timeline.html"
COLUMNS = "{:<12} {:>9} {:>9} {:>9}  {}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One backend's result. `problems` is empty when it is right."""

    backend: str
    ended: Ended
    problems: tuple[str, ...]


def demo() -> int:
    """Run the demo and return the exit code. Everything is removed, also after a failure or Ctrl-C."""
    begun = time.monotonic()
    with cloud_for_demo() as local, stack_for_demo(local) as stack:
        reports = run_all(stack)
        show_table(reports)
        write_timeline(stack)
    problems = [f"{report.backend}: {problem}" for report in reports for problem in report.problems]
    problems += differences(reports)
    if not problems and len(reports) > 1:
        say(f"The {len(reports)} results are equal.")
    for problem in problems:
        say(f"FAILED: {problem}")
    say(f"The demo {'failed' if problems else 'succeeded'} in {time.monotonic() - begun:.1f} s.")
    return 1 if problems else 0


def run_all(stack: Outputs) -> list[Report]:
    clients = connect(stack)
    with step("Create the text and upload it to the data bucket"):
        body = sample.text()
        source = sample.upload(clients.s3, stack.data_bucket, body)
    wanted = sample.expected(body)
    say(f"{wanted.bytes:,} bytes of Python's standard library in {source}")
    return [run_one(clients, stack, backend, source, wanted) for backend in sorted(stack.state_machines)]


def run_one(clients: Clients, stack: Outputs, backend: str, source: str, wanted: Expected) -> Report:
    """Run the example on one backend; print the functions' logs if it fails."""
    say(f"Execution on the {backend} backend")
    begun = datetime.now(UTC)
    try:
        arn = execution.start(clients.stepfunctions, stack.state_machines[backend], {"source": source})
        ended = execution.follow(
            clients.stepfunctions,
            arn,
            tell=say,
            interval_seconds=INTERVAL_SECONDS,
            limit_seconds=EXECUTION_SECONDS,
        )
    except Exception:
        show_logs(clients, stack, begun)
        raise
    found = find_problems(ended, wanted)
    say(f"{ended.status} after {(ended.stopped - ended.started).total_seconds():.2f} s")
    if ended.output is not None:
        say(history.pretty(ended.output))
    if found:
        show_logs(clients, stack, begun)
    return Report(backend=backend, ended=ended, problems=found)


def write_timeline(stack: Outputs) -> None:
    """Write the page that shows what happened; it outlives the demo's cloud."""
    TIMELINE.parent.mkdir(parents=True, exist_ok=True)
    timeline(stack_of(stack), None, LAST, TIMELINE)
    say(f"What happened, as a page for your browser: {TIMELINE.relative_to(paths.ROOT)}")


def find_problems(ended: Ended, wanted: Expected) -> tuple[str, ...]:
    """Compare an execution's result with our own count of the text."""
    if ended.status != "SUCCEEDED":
        return (f"the execution ended {ended.status} with the error {ended.error}",)
    summary = json.loads(ended.output or "{}").get("summary", {})
    return tuple(
        f"{name} is {summary.get(name)!r}, but our own count is {value!r}"
        for name, value in asdict(wanted).items()
        if summary.get(name) != value
    )


def differences(reports: list[Report]) -> list[str]:
    """Return the successful results that differ from the first: every backend does the same job."""
    outputs_of = {
        report.backend: json.loads(report.ended.output)
        for report in reports
        if report.ended.output is not None
    }
    first = next(iter(outputs_of), "")
    return [
        f"the results of {first} and {backend} differ"
        for backend, found in outputs_of.items()
        if found != outputs_of[first]
    ]


def show_table(reports: list[Report]) -> None:
    say("")
    say(COLUMNS.format("backend", "queued", "started", "finished", "result"))
    for report in reports:
        times = [first_time(report.ended, kind) for kind in ("ActivityScheduled", "ActivityStarted")]
        finished = first_time(report.ended, "ActivitySucceeded")
        shown = ["-" if value is None else f"{value:.2f} s" for value in (*times, finished)]
        result = "wrong" if report.problems and report.ended.exit_code == 0 else report.ended.status.lower()
        say(COLUMNS.format(report.backend, *shown, result))
    say("")


def first_time(ended: Ended, kind: str) -> float | None:
    """Return the seconds from the execution's start to its first event of a kind."""
    moments = (event["timestamp"] for event in ended.events if event["type"] == kind)
    return next(((moment - ended.started).total_seconds() for moment in moments), None)
