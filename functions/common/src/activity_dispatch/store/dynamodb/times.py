"""Reads times of items."""

from collections.abc import Mapping
from typing import Any

# Seconds since 1970 until the year 5138: more is no time of ours.
_MAX_SECONDS = 1e11


def seconds_in(plain: Mapping[str, Any], key: str) -> float | None:
    """Return a record's time in seconds since 1970, None without one. Raises ValueError."""
    return time_of(key, plain[key]) if key in plain else None


def time_of(name: str, value: str) -> float:
    """Return an attribute's time in seconds since 1970. Raises ValueError."""
    seconds = float(value)
    # Also false for NaN.
    if not 0 <= seconds < _MAX_SECONDS:
        raise ValueError(f"{name}: {seconds}; not a time")
    return seconds
