"""What a cold start pays for our own code, Powertools included, over boto3's share that nobody can avoid."""

import subprocess
import sys

BUDGET_MS = 100.0
# What importing boto3 takes on a machine of 2025 with nothing else to do. On a busy or a slower one all
# takes longer, and the budget grows with it.
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
    """Our own code's time as a part of boto3's."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    return float(done.stdout)
