"""What our own code, Powertools included, adds to a cold start on top of boto3's unavoidable share."""

import subprocess
import sys

BUDGET_MS = 100.0
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
print((time.process_time() - between) / (between - begun))
"""


def test_the_dispatcher_imports_within_its_budget() -> None:
    assert min(_own_share() for _ in range(RUNS)) * BOTO3_MS < BUDGET_MS


def _own_share() -> float:
    """Our own code's import time as a fraction of boto3's."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return float(done.stdout)
