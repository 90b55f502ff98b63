"""What backends are called, and were."""

from collections.abc import Mapping

# What 0.1.0 wrote into descriptions and records.
_FORMER: Mapping[str, str] = {"fargate": "ecs"}


def current_name(name: str) -> str:
    """Return the backend's name of today, for one that 0.1.0 may have written."""
    return _FORMER.get(name, name)
