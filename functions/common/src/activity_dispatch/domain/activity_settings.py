"""Reads the settings of a description; messages name the setting, the value and what is allowed."""

import math
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from activity_dispatch.domain.job_tags import FACTS, RESERVED, JobTags, problem_of_key

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")


def optional_int(document: Mapping[str, Any], key: str) -> int | None:
    """Return an integer, None without one. Raises TypeError and ValueError."""
    value = document.get(key)
    return None if value is None else int(value)


def optional_rate(document: Mapping[str, Any], key: str) -> float | None:
    """Return a number above 0, None without one. Raises TypeError and ValueError."""
    value = document.get(key)
    if value is None:
        return None
    rate = float(value)
    if not 0 < rate < math.inf:
        raise ValueError(f"{key}: {value!r}; it must be a number above 0")
    return rate


def optional_name(document: Mapping[str, Any], key: str) -> str | None:
    """Return a name, None without one. Raises ValueError."""
    value = document.get(key)
    if value is not None and not is_name(value):
        raise ValueError(f"{key}: {value!r}; it must be 1 to 60 letters, digits, - or _")
    return value


def is_name(value: object) -> TypeGuard[str]:
    """Return whether the value is a name as Terraform gives it to pools and activities."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def optional_text(document: Mapping[str, Any], key: str) -> str | None:
    """Return a text, None without one. Raises TypeError."""
    value = document.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{key}: {value!r}; it must be a string")
    return value


def strings(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of names, empty without one. Raises ValueError."""
    values = document.get(key, ())
    # A string is a sequence of strings too.
    if not isinstance(values, list | tuple) or not all(isinstance(each, str) for each in values):
        raise ValueError(f"{key}: {values!r}; it must be a list of names")
    return tuple(values)


def flag(document: Mapping[str, Any], key: str) -> bool:
    """Return whether a setting is on, False without it. Raises TypeError."""
    value = document.get(key, False)
    if not isinstance(value, bool):
        raise TypeError(f"{key}: {value!r}; it must be true or false")
    return value


def job_tags(document: Mapping[str, Any], key: str) -> JobTags | None:
    """Return what tags jobs get, None without the setting. Raises TypeError and ValueError."""
    value = document.get(key)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise TypeError(f"{key}: {value!r}; it must be an object")
    tags = JobTags(allowed=strings(value, "allowed"), facts=strings(value, "facts"))
    for each in tags.allowed:
        if problem := problem_of_key(each) or ("reserved" if each.startswith(RESERVED) else None):
            raise ValueError(f"{key}.allowed: {each!r}; {problem}")
    for each in tags.facts:
        if each not in FACTS:
            raise ValueError(f"{key}.facts: {each!r}; it must be one of {', '.join(FACTS)}")
    return tags
