"""The schema of build/benchmark.json."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema

from benchmark import places

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = places.PACKAGE / "schema.json"


@cache
def load() -> Mapping[str, Any]:
    """Return the schema."""
    document: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


def check(result: Mapping[str, Any]) -> None:
    """Raise jsonschema.ValidationError if a result does not match the schema."""
    jsonschema.validate(json.loads(json.dumps(result)), load())
