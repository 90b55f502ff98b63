"""The benchmark's files and folders."""

from pathlib import Path

from operations.paths import PYTHON, ROOT

__all__ = ["ROOT"]

PACKAGE = Path(__file__).resolve().parent
CONTESTANTS = PACKAGE / "contestants"
SOURCES = PACKAGE.parent
BUILD = ROOT / "build/benchmark"
RESULT = ROOT / "build/benchmark.json"
STUB_PYTHON = BUILD / "stub/bin/python"
ACTIVITY_WORKER_PYTHON = BUILD / "activity-worker/bin/python"
STEFUNA_PYTHON = BUILD / "stefuna/bin/python"
PLOT_PYTHON = BUILD / "plot/bin/python"
DISPATCHER_PYTHON = PYTHON
LOGS = BUILD / "logs"
