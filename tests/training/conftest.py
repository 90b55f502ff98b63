"""The training itself, in the environment that `make training-setup` creates."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / "build/training/venv/bin/python"


@pytest.fixture(scope="session")
def python() -> Path:
    """The interpreter that has PyTorch."""
    if not PYTHON.exists():
        pytest.skip("there is no PyTorch: `make training-setup` was not run")
    return PYTHON
