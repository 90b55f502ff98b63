"""Reads the settings of a description; messages name the setting, the value and what is allowed."""

from collections.abc import Mapping
from typing import Any


def optional_int(document: Mapping[str, Any], key: str) -> int | None:
    """Return an integer, None without one. Raises TypeError and ValueError."""
    value = document.get(key)
    return None if value is None else int(value)


def strings(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of names, empty without one. Raises ValueError."""
    values = document.get(key, ())
    # A string is a sequence of strings too.
    if not isinstance(values, list | tuple) or not all(isinstance(each, str) for each in values):
        raise ValueError(f"{key}: {values!r}; it must be a list of names")
    return tuple(values)
