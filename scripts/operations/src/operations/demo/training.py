"""`make demo-training`: a sweep of trainings on every backend that trains, on a local cloud."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity_dispatch_cli import execution
from operations import paths
from operations.clients import connect
from operations.demo import sweeps
from operations.demo.stage import cloud_for_demo, show_logs, stack_for_demo
from operations.errors import OperationError
from operations.steps import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from operations.clients import Clients
    from operations.demo.sweeps import Sweep
    from operations.outputs import Outputs

FOLDER = paths.ROOT / "build/training/demo"
SWEEP: dict[str, list[float]] = {"learning_rate": [0.02, 0.05], "batch_size": [16, 32], "epochs": [8]}
TRAININGS = 4
BEST_AT_LEAST = 0.97
LIMIT_SECONDS = 300.0
INTERVAL_SECONDS = 0.5
# SageMaker reads metrics from the log, which has six digits.
TOLERANCE = 1e-5
COLUMNS = "{:<10} {:>3} {:>13} {:>10} {:>6} {:>9} {:>8}  {}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of a sweep on one backend. `problems` is empty when it is right."""

    backend: str
    comparison: Mapping[str, Any]
    output: Mapping[str, Any]
    problems: tuple[str, ...]


def demo_training() -> int:
    """Run the demo and return the exit code. Everything is removed, also after a failure or Ctrl-C."""
    begun = time.monotonic()
    if not paths.TRAINING_PYTHON.exists():
        raise OperationError("PyTorch is not installed: run `make training-setup` first")
    with cloud_for_demo() as local, stack_for_demo(local, training=True) as stack:
        results = _run_all(stack)
        _show_table(results)
    problems = [f"{result.backend}: {problem}" for result in results for problem in result.problems]
    problems += differences(results)
    if not problems:
        say(f"The {len(results)} sweeps have the same results.")
    for problem in problems:
        say(f"FAILED: {problem}")
    say(f"The demo {'failed' if problems else 'succeeded'} in {time.monotonic() - begun:.1f} s.")
    return 1 if problems else 0


def _run_all(stack: Outputs) -> list[Result]:
    machines: Mapping[str, str] = stack.document["trainings"]
    clients = connect(stack)
    say(f"A sweep of {TRAININGS} on {' and on '.join(sorted(machines))}: {json.dumps(SWEEP)}")
    started = {
        backend: sweeps.start(clients, stack.data_bucket, backend, machine, SWEEP)
        for backend, machine in sorted(machines.items())
    }
    begun = time.monotonic()
    while any(not sweep.ended for sweep in started.values()):
        for sweep in started.values():
            for line in sweep.news():
                say(line)
        if time.monotonic() - begun > LIMIT_SECONDS:
            raise OperationError(f"the sweeps did not end within {LIMIT_SECONDS:.0f} s")
        time.sleep(INTERVAL_SECONDS)
    say(f"All trainings ended after {time.monotonic() - begun:.1f} s")
    return [_result(clients, stack, sweep) for sweep in started.values()]


def _result(clients: Clients, stack: Outputs, sweep: Sweep) -> Result:
    ended = execution.follow(clients.stepfunctions, sweep.arn, tell=lambda _: None)
    if ended.status != "SUCCEEDED":
        show_logs(clients, stack, ended.started)
        problem = f"the execution ended {ended.status} with the error {ended.error}: {ended.cause}"
        return Result(backend=sweep.backend, comparison={}, output={}, problems=(problem,))
    output = json.loads(ended.output or "{}")
    comparison = json.loads(sweeps.read(clients, output["comparison_s3_uri"]))
    sweeps.fetch(clients, output, FOLDER / sweep.backend)
    return Result(
        backend=sweep.backend, comparison=comparison, output=output, problems=find_problems(comparison)
    )


def find_problems(comparison: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with a sweep's results."""
    trainings = comparison["trainings"]
    problems = [f"training {item['number']} failed: {item['error']}" for item in trainings if "error" in item]
    if len(trainings) != TRAININGS:
        problems.append(f"there are {len(trainings)} trainings instead of {TRAININGS}")
    best = max((item["score"] or 0.0 for item in trainings), default=0.0)
    if best < BEST_AT_LEAST:
        problems.append(f"the best validation accuracy is {best:.4f}, less than {BEST_AT_LEAST}")
    return tuple(problems)


def differences(results: list[Result]) -> list[str]:
    """Return the trainings whose result differs from the first backend's: the seed makes them equal."""
    whole = [result for result in results if result.comparison]
    return [
        f"training {one['number']} has the score {one['score']} on {whole[0].backend}"
        f" and {other['score']} on {result.backend}"
        for result in whole[1:]
        for one, other in zip(whole[0].comparison["trainings"], result.comparison["trainings"], strict=True)
        if abs((one["score"] or 0) - (other["score"] or 0)) > TOLERANCE
    ]


def _show_table(results: list[Result]) -> None:
    say("")
    say(COLUMNS.format("backend", "no", "learning_rate", "batch_size", "epochs", "accuracy", "billable", ""))
    for result in results:
        for item in result.comparison.get("trainings", []):
            given = item["hyperparameters"]
            seconds = f"{item['billable_seconds']} s" if "billable_seconds" in item else "-"
            score = "-" if item["score"] is None else f"{item['score']:.4f}"
            best = "best" if item["number"] == result.comparison["best"] else item.get("error", "")
            values = (given["learning_rate"], given["batch_size"], given["epochs"])
            say(COLUMNS.format(result.backend, item["number"], *values, score, seconds, best))
        if result.output:
            say(f"  {result.backend}: winner {result.output['winner']['model_s3_uri']}")
            plot = FOLDER / result.backend / "learning-curves.svg"
            say(f"  {result.backend}: learning curves in {plot.relative_to(paths.ROOT)}")
    say("")
