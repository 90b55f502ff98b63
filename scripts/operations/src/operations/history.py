"""A Step Functions execution's history, in words. Pure: events in, lines out.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

type Event = Mapping[str, Any]

# Execution events are told by whoever follows it; these repeat what the state's own events say.
UNTOLD = frozenset(
    {"ExecutionStarted", "TaskScheduled", "TaskStarted", "LambdaFunctionScheduled", "LambdaFunctionStarted"}
)
ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})
INDENT = " " * 12


def lines(event: Event, since: datetime) -> list[str]:
    """What one event tells: its time since `since` in seconds, what happened, and error and cause if any."""
    text = _text(event)
    if text is None:
        return []
    elapsed = (event["timestamp"] - since).total_seconds()
    return [f"{elapsed:>8.2f} s  {text}", *_error_lines(event)]


def details(event: Event) -> Mapping[str, Any]:
    """The one `...EventDetails` object that an event carries, or an empty one."""
    for key, value in event.items():
        if key.endswith("EventDetails"):
            found: Mapping[str, Any] = value
            return found
    return {}


def pretty(text: str | None) -> str:
    """JSON laid out, anything else as it is."""
    try:
        return json.dumps(json.loads(text or ""), indent=2, ensure_ascii=False)
    except json.JSONDecodeError:
        return text or ""


def _text(event: Event) -> str | None:
    kind = str(event["type"])
    name = details(event).get("name")
    if kind.endswith("StateEntered"):
        return f"-> {name}"
    if kind.endswith("StateExited"):
        return f"<- {name}"
    if kind == "ActivityScheduled":
        return f"   activity scheduled: {str(details(event)['resource']).rpartition(':')[2]}"
    if kind == "ActivityStarted":
        return f"   activity started by {details(event).get('workerName') or 'a nameless worker'}"
    if kind in UNTOLD:
        return None
    return f"   {_spaced(kind)}"


def _spaced(kind: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()


def _error_lines(event: Event) -> list[str]:
    found = details(event)
    if "error" not in found and "cause" not in found:
        return []
    cause = pretty(found.get("cause")).splitlines()
    return [f"{INDENT}   error: {found.get('error')}", *(f"{INDENT}   {line}" for line in cause)]
