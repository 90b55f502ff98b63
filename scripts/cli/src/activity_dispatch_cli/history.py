"""A Step Functions execution's history in words. Pure: events in, lines out.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

type Event = Mapping[str, Any]

# The caller reports an execution's start; the others repeat what the state's own events say.
OMITTED = frozenset(
    {"ExecutionStarted", "TaskScheduled", "TaskStarted", "LambdaFunctionScheduled", "LambdaFunctionStarted"}
)
ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})
INDENT = " " * 12


class Narrator:
    """Describes the events of one execution, oldest first, with their times in seconds since `since`."""

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._shown: set[tuple[str | None, str | None]] = set()

    def lines(self, event: Event) -> list[str]:
        """What happened. Error and cause, which rise state by state, are complete only the first time."""
        text = _text(event)
        if text is None:
            return []
        return [self._timed(event["timestamp"], text), *self._error_lines(event)]

    def aside(self, at: datetime, text: str) -> str:
        """What is known from elsewhere."""
        return self._timed(at, f"     {text}")

    def _timed(self, at: datetime, text: str) -> str:
        return f"{(at - self._since).total_seconds():>8.2f} s  {text}"

    def _error_lines(self, event: Event) -> list[str]:
        error, cause = (details(event).get(name) for name in ("error", "cause"))
        if error is None and cause is None:
            return []
        if (error, cause) in self._shown:
            return [f"{INDENT}   error: {error}, as above"]
        self._shown.add((error, cause))
        return [f"{INDENT}   error: {error}", *(f"{INDENT}   {line}" for line in pretty(cause).splitlines())]


def details(event: Event) -> Mapping[str, Any]:
    """The one `...EventDetails` object that an event carries, or an empty one."""
    for key, value in event.items():
        if key.endswith("EventDetails"):
            found: Mapping[str, Any] = value
            return found
    return {}


def pretty(text: str | None) -> str:
    """Return JSON with indentation, any other text unchanged."""
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
        return f"   activity started by {details(event).get('workerName') or 'an unnamed worker'}"
    if kind in OMITTED:
        return None
    return f"   {_spaced(kind)}"


def _spaced(kind: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()
