"""Whether another attempt follows a failed one: retryStrategy, as Batch documents it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class AttemptEnd:
    """How an attempt ended; exit_code is None if its container never started."""

    exit_code: int | None
    reason: str | None
    status_reason: str


def retries(strategy: Mapping[str, Any], attempt: int, end: AttemptEnd) -> bool:
    """Return whether another attempt follows failed attempt number `attempt`.

    The first condition whose given patterns all match decides; if none matches, it is retried.
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
    # A trailing star is the only wildcard.
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return text == pattern
