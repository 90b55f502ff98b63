"""What our own code, Powertools included, adds to the import of boto3, which no function can avoid."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

BUDGET_MS = 80.0
# What importing boto3 takes on an idle machine of 2025. On a busy or slower one everything takes longer,
# and the budget grows accordingly.
BOTO3_MS = 150.0
RUNS = 7
PROGRAM = """
import time
begun = time.process_time()
import boto3
between = time.process_time()
import dispatcher.handler
print(between - begun, time.process_time() - between)
"""


def test_the_dispatcher_imports_within_its_budget(tmp_path: Path) -> None:
    # The first run compiles, for all that follow: some machines keep no bytecode of the sources, and
    # compiling takes twice as long as importing.
    _seconds(tmp_path)
    # Each run by itself: what slows it slows both imports.
    ratios = [own / boto3 for boto3, own in (_seconds(tmp_path) for _ in range(RUNS))]
    assert median(ratios) * BOTO3_MS < BUDGET_MS


def _seconds(bytecode: Path) -> tuple[float, float]:
    """The processor's time for importing boto3, and then our own code."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "PYTHONPYCACHEPREFIX": str(bytecode)},
        capture_output=True,
        text=True,
        check=True,
    )
    boto3, own = map(float, done.stdout.split())
    return boto3, own
