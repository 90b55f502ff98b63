"""What a run costs, before it starts: an upper estimate from list prices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from operations import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from operations.verify.results import Check

FILE = paths.ROOT / "docs/cost/prices.json"
# What docs/cost.md does not need: us-east-1, 2026-11-23, as there.
# https://aws.amazon.com/sagemaker/ai/pricing/ and https://aws.amazon.com/ec2/pricing/on-demand/
MORE_PRICES = {"ml.m5.large_hour": 0.115, "ml.g4dn.xlarge_hour": 0.7364, "gp3_gb_hour": 0.14 / 730}
# The stack beside the environment, for an hour: its alarms and metrics are charged by the hour, its poller
# and the reconciler run, its queues are polled.
STACK: Mapping[str, float] = {
    "alarm": 40 / 730,
    "metric": 60 / 730,
    "gb_second": 0.5 * 3600 + 60 * 5,
    "invocation": 2000,
    "sqs_request": 30_000,
    "read_unit": 20_000,
    "write_unit": 20_000,
    "log_gb": 0.01,
}
# An execution of the dispatcher with a job in Lambda: more than was ever measured for one.
EXECUTION: Mapping[str, float] = {
    "transition": 12,
    "gb_second": 20,
    "invocation": 8,
    "sqs_request": 10,
    "write_unit": 40,
    "read_unit": 10,
}
# A container for ten minutes, with one vCPU and 2 GB; 1.3 for x86-64, which costs more.
CONTAINER: Mapping[str, float] = {**EXECUTION, "vcpu_hour": 1.3 / 6, "memory_gb_hour": 2 * 1.3 / 6}
MINUTES_OF_TRAINING = 6


def executions(count: float) -> Mapping[str, float]:
    """What this many executions with jobs in Lambda use."""
    return {name: units * count for name, units in EXECUTION.items()}


def training(instance_type: str) -> Mapping[str, float]:
    """What a training of some minutes uses. An unknown instance type has no price."""
    hours = MINUTES_OF_TRAINING / 60
    return {**EXECUTION, f"{instance_type}_hour": hours, "gp3_gb_hour": 30 * hours}


def prices() -> dict[str, float]:
    """Return the prices in US dollars by name."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: price["usd"] for name, price in document["prices"].items()} | MORE_PRICES


def estimate(checks: Iterable[Check]) -> tuple[float, list[str]]:
    """Return what the checks and their stack cost at most, in US dollars, and what has no price here."""
    known = prices()
    uses = [STACK, *(check.uses for check in checks)]
    unknown = sorted({name for units in uses for name in units if name not in known})
    dollars = sum(count * known[name] for units in uses for name, count in units.items() if name in known)
    return dollars, unknown
