"""Tests without a cloud: `run` runs a handler as the job of a task, on stand-ins in memory for what it needs.

The stand-ins also serve tests of the library and of users' backends. docs/testing.md shows both.
"""

from activity_dispatch.testing.announcer import RecordedEvents
from activity_dispatch.testing.backend import FakeBackend
from activity_dispatch.testing.context import FakeLambdaContext
from activity_dispatch.testing.cursors import InMemoryCursors
from activity_dispatch.testing.fault_kinds import AFTER, BEFORE, Fault, Rates
from activity_dispatch.testing.faults import Crash, Faults
from activity_dispatch.testing.handlers import Run, run
from activity_dispatch.testing.leases import InMemoryLeases
from activity_dispatch.testing.logs import FakeLogs
from activity_dispatch.testing.metrics import RecordedMetrics
from activity_dispatch.testing.pools import InMemoryPools
from activity_dispatch.testing.rates import InMemoryRates
from activity_dispatch.testing.s3 import FakeS3
from activity_dispatch.testing.slots import FakeSQS, InMemorySlots
from activity_dispatch.testing.stack import InMemoryStack
from activity_dispatch.testing.stepfunctions import FakeStepFunctions
from activity_dispatch.testing.task_table import InMemoryTaskTable
from activity_dispatch.testing.turns import InMemoryTurns

__all__ = [
    "AFTER",
    "BEFORE",
    "Crash",
    "FakeBackend",
    "FakeLambdaContext",
    "FakeLogs",
    "FakeS3",
    "FakeSQS",
    "FakeStepFunctions",
    "Fault",
    "Faults",
    "InMemoryCursors",
    "InMemoryLeases",
    "InMemoryPools",
    "InMemoryRates",
    "InMemorySlots",
    "InMemoryStack",
    "InMemoryTaskTable",
    "InMemoryTurns",
    "Rates",
    "RecordedEvents",
    "RecordedMetrics",
    "Run",
    "run",
]
