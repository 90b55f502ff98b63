"""The repository's judge of events, which this environment has to load from its file."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[3] / "tests/schemas/events/judge.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("event_judge_of_the_repository", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_JUDGE = _load()
SCHEMAS: Mapping[tuple[str, str], Any] = _JUDGE.SCHEMAS


def check(event: Mapping[str, Any]) -> None:
    """Fail if the event has what the schema that AWS publishes does not have."""
    found = _JUDGE.problems(event)
    assert found == [], "\n".join(found)
