"""Whether a failed attempt is followed by another: retryStrategy, as Batch documents it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class AttemptEnd:
    """How an attempt ended: no exit code when its container never started."""

    exit_code: int | None
    reason: str | None
    status_reason: str


def retries(strategy: Mapping[str, Any], attempt: int, end: AttemptEnd) -> bool:
    """Whether attempt number `attempt`, which failed, is followed by another.

    The first condition decides of which every given pattern fits; when none fits, it is retried.
    """
    if attempt >= int(strategy.get("attempts") or 1):
        return False
    conditions: Sequence[Mapping[str, str]] = strategy.get("evaluateOnExit") or []
    action = next((item["action"] for item in conditions if _fits(item, end)), "RETRY")
    return action.upper() == "RETRY"


def _fits(condition: Mapping[str, str], end: AttemptEnd) -> bool:
    texts = {
        "onStatusReason": end.status_reason,
        "onReason": end.reason or "",
        "onExitCode": "" if end.exit_code is None else str(end.exit_code),
    }
    return all(
        _matches(text, condition[name]) for name, text in texts.items() if condition.get(name)
    )


def _matches(text: str, pattern: str) -> bool:
    # A star at the end is the only wild card.
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return text == pattern
