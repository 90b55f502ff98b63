"""Reads the configuration that a backend's Terraform module gives."""

from collections.abc import Mapping
from typing import Any

from activity_dispatch.backends.base import InvalidBackendConfig


def text(config: Mapping[str, Any], field: str) -> str:
    """Return a text that must be there and not empty."""
    value = config.get(field)
    if not isinstance(value, str) or not value:
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be a text")
    return value


def optional_text(config: Mapping[str, Any], field: str) -> str | None:
    """Return a text, or None if it is not there."""
    return None if config.get(field) is None else text(config, field)


def texts(config: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return a list of texts that must be there; it may be empty."""
    value = config.get(field)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidBackendConfig(f"{field}: {value!r}; it must be a list of texts")
    return tuple(value)
