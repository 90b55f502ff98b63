"""Executions that succeed: on each backend, in each wake-up mode, in JSONata, at SageMaker."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from operations.demo.processing import find_problems, first_time
from operations.executions import sample
from operations.verify.results import Finding, expect

if TYPE_CHECKING:
    from activity_dispatch_cli.execution import Ended
    from operations.verify.world import World

# How far the clocks of Lambda and Step Functions may be apart.
CLOCKS_SECONDS = 60
TEXT = b"one two three\nfour\n" * 1000


def example(world: World, backend: str) -> Finding:
    """The environment's own example counts a text, and its result is compared with our own count."""
    source = put_text(world, backend)
    ended = world.run(world.stack.state_machines[backend], {"source": source})
    problems = find_problems(ended, sample.expected(TEXT))
    expect(not problems, "; ".join(problems))
    return Finding(detail=f"{asdict(sample.expected(TEXT))['words']:,} words counted", value=times(ended))


def put_text(world: World, name: str) -> str:
    """Upload the text for a check; everything below verify/NAME is deleted at the end. Return its URI."""
    key = f"verify/{world.name}/{name}.txt"
    world.client("s3").put_object(Bucket=world.stack.data_bucket, Key=key, Body=TEXT)
    return f"s3://{world.stack.data_bucket}/{key}"


def sweep(world: World, backend: str) -> Finding:
    """The environment's own training, of one epoch."""
    machine = world.stack.document["trainings"][backend]
    ended = world.succeed(machine, {"sweep": {"epochs": [1]}}, world.training_limit_seconds)
    winner = json.loads(ended.output or "{}")["winner"]
    expect(winner.get("model_s3_uri"), f"the winner has no model: {winner}")
    return Finding(detail=f"a model after {(ended.stopped - ended.started).total_seconds():.0f} s")


def wake_up(world: World, mode: str) -> Finding:
    """A task whose dispatch is announced in this mode returns the time; then how long it waited."""
    if mode == "poll":
        # Its rule would start it within a minute.
        poller = world.made.stack.functions["poller"]["arn"]
        world.client("lambda").invoke(FunctionName=poller, InvocationType="Event")
    ended = world.succeed(mode, {"time": 0})
    began = float(json.loads(ended.output or "0"))
    expect(
        began > ended.started.timestamp() - CLOCKS_SECONDS, f"the output is no time of now: {ended.output}"
    )
    scheduled = "TaskScheduled" if mode == "callback" else "ActivityScheduled"
    moments = [event["timestamp"].timestamp() for event in ended.events if event["type"] == scheduled]
    if not moments:
        return Finding(detail=f"the job ran; the history has no {scheduled}")
    value = times(ended) | {"scheduled_to_job_seconds": round(began - moments[0], 3)}
    return Finding(detail=f"the job ran {began - moments[0]:.2f} s after {scheduled}", value=value)


def jsonata(world: World, machine: str) -> Finding:
    """A machine whose only language is JSONata hands input and output through unchanged."""
    # JSONata's $string would round the number, and a text that looks like JSON is no JSON.
    sent = {"n": 1.5, "id": 1234567890123456, "text": 'ä " \\', "json": '"a"', "many": [1, 2], "no": None}
    ended = world.succeed(machine, {"return": sent})
    got = json.loads(ended.output or "null")
    expect(got == sent, f"{got!r} came back instead of {sent!r}")
    return Finding(detail="input and output are unchanged")


def training(world: World) -> Finding:
    """A short training job reports its model, its metric and its billed time."""
    # Long enough for SageMaker to read the metric from the log.
    job = {"environment": {"VERIFY_LINE": world.name, "VERIFY_SECONDS": "1" if world.local else "30"}}
    ended = world.succeed("sagemaker", {"job": job}, world.training_limit_seconds)
    output = json.loads(ended.output or "{}")
    expect(output.get("model_s3_uri"), f"no model_s3_uri in {output}")
    metrics = output.get("metrics") or {}
    expect(metrics.get("accuracy") == 0.75, f"the metric accuracy is 0.75, but the output has {metrics}")
    billed = output.get("billable_seconds")
    expect(billed is not None, f"no billable_seconds in {output}")
    return Finding(detail=f"billed for {billed} s", value={"billable_seconds": billed})


def times(ended: Ended) -> dict[str, float | None]:
    """Return when the activity was scheduled, taken and done, in seconds since the execution's start."""
    kinds = ("ActivityScheduled", "ActivityStarted", "ActivitySucceeded")
    found = {kind: first_time(ended, kind) for kind in kinds}
    return {kind: None if seconds is None else round(seconds, 3) for kind, seconds in found.items()}
