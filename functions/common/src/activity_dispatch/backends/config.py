"""Reads the configuration that a backend's Terraform module writes; all raise InvalidBackendConfig."""

from collections.abc import Mapping
from typing import Any

from activity_dispatch.backends.base import InvalidBackendConfig


def string(config: Mapping[str, Any], field: str) -> str:
    """Return a required, non-empty string."""
    value = config.get(field)
    if not isinstance(value, str) or not value:
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be a non-empty string")
    return value


def optional_string(config: Mapping[str, Any], field: str) -> str | None:
    """Return a non-empty string, None if the field is missing or null."""
    return None if config.get(field) is None else string(config, field)


def strings(config: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return a required list of strings, which may be empty."""
    value = config.get(field)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be a list of strings")
    return tuple(value)


def objects(config: Mapping[str, Any], field: str) -> tuple[Mapping[str, Any], ...]:
    """Return a required list of at least one object."""
    value = config.get(field)
    if not isinstance(value, list) or not value or not all(isinstance(item, Mapping) for item in value):
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be a list of objects")
    return tuple(value)


def count(config: Mapping[str, Any], field: str, *, most: int) -> int:
    """Return a required whole number from 0 to `most`."""
    value = config.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be a whole number from 0 to {most}")
    return value


def texts(config: Mapping[str, Any], field: str) -> Mapping[str, str]:
    """Return an object of strings, which may be missing."""
    value = config.get(field, {})
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for item in value.values()):
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be an object of strings")
    return value
