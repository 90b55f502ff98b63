"""`make demo`: the whole way of a task on a local cloud, on a real text, from nothing to nothing."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from operations import cloud, deploy, execution, history, outputs, paths, sample
from operations.clients import Clients, connect
from operations.interrupts import uninterrupted
from operations.logs import lines_since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.cloud import Cloud
    from operations.execution import Ended
    from operations.outputs import Outputs
    from operations.sample import Expected

EXECUTION_SECONDS = 120.0
INTERVAL_SECONDS = 0.2
COLUMNS = "{:<12} {:>9} {:>9} {:>9}  {}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """How one backend did. `problems` is empty when the result is what it must be."""

    backend: str
    ended: Ended
    problems: tuple[str, ...]


def demo() -> int:
    """Run it and return the exit code. Everything is taken down, also after a failure or Ctrl-C."""
    begun = time.monotonic()
    with cloud_for_demo() as local, stack_for_demo(local) as stack:
        reports = run_all(stack)
        show_table(reports)
    problems = [f"{report.backend}: {problem}" for report in reports for problem in report.problems]
    problems += differences(reports)
    if not problems and len(reports) > 1:
        say(f"The {len(reports)} results are equal.")
    for problem in problems:
        say(f"FAILED: {problem}")
    say(f"The demo {'failed' if problems else 'succeeded'} in {time.monotonic() - begun:.1f} s.")
    return 1 if problems else 0


@contextmanager
def cloud_for_demo() -> Iterator[Cloud]:
    with cloud.running() as local:
        say(f"Local cloud at {local.endpoint}" + (" (ran already, so it stays)" if local.borrowed else ""))
        yield local
        if not local.borrowed:
            say("Stopping the local cloud and all that is in it")


@contextmanager
def stack_for_demo(local: Cloud, *, training: bool = False) -> Iterator[Outputs]:
    """The stack, deployed. Destroyed afterwards where the cloud goes on without us and the stack is ours."""
    existed = paths.outputs_file(outputs.LOCAL).exists()
    log = paths.build_dir(outputs.LOCAL) / "terraform.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    try:
        with step("Deploy with Terraform"):
            stack = deploy.deploy(outputs.LOCAL, log=log, training=training)
        yield stack
    finally:
        if local.borrowed and not existed:
            with uninterrupted(), step("Destroy what the demo deployed"):
                deploy.destroy(outputs.LOCAL, log=log)


def run_all(stack: Outputs) -> list[Report]:
    clients = connect(stack)
    with step("Make the text and put it into the data bucket"):
        body = sample.text()
        source = sample.upload(clients.s3, stack.data_bucket, body)
    wanted = sample.expected(body)
    say(f"{wanted.bytes:,} bytes of Python's standard library at {source}")
    return [run_one(clients, stack, backend, source, wanted) for backend in sorted(stack.state_machines)]


def run_one(clients: Clients, stack: Outputs, backend: str, source: str, wanted: Expected) -> Report:
    """Run the example on one backend; show the functions' logs when that does not work."""
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


def find_problems(ended: Ended, wanted: Expected) -> tuple[str, ...]:
    """What is wrong with an execution's end, held against our own count of the text."""
    if ended.status != "SUCCEEDED":
        return (f"the execution ended {ended.status} with the error {ended.error}",)
    summary = json.loads(ended.output or "{}").get("summary", {})
    return tuple(
        f"{name} is {summary.get(name)!r}, our own count is {value!r}"
        for name, value in asdict(wanted).items()
        if summary.get(name) != value
    )


def differences(reports: list[Report]) -> list[str]:
    """Which results are not the first one's, those that failed left out: every backend does the same job."""
    outputs_of = {
        report.backend: json.loads(report.ended.output)
        for report in reports
        if report.ended.output is not None
    }
    first = next(iter(outputs_of), "")
    return [
        f"the results of {first} and {backend} are not equal"
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
    """Seconds from the execution's start to its first event of a kind."""
    moments = (event["timestamp"] for event in ended.events if event["type"] == kind)
    return next(((moment - ended.started).total_seconds() for moment in moments), None)


def show_logs(clients: Clients, stack: Outputs, since: datetime) -> None:
    for name, function in sorted(stack.functions.items()):
        say(f"--- log of {name}")
        for line in lines_since(clients.logs, function["log_group_name"], since):
            say(line)


@contextmanager
def step(what: str) -> Iterator[None]:
    begun = time.monotonic()
    say(f"{what} ...")
    yield
    say(f"{what}: {time.monotonic() - begun:.1f} s")


def say(line: str) -> None:
    print(line, flush=True)
