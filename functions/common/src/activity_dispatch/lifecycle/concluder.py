"""Concludes a task: its job has ended, and its end becomes the outcome."""

import json
from dataclasses import replace
from enum import Enum, auto

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.domain.outcomes import Failed
from activity_dispatch.observe.log_links import log_url


class Report(Enum):
    """What became of an event."""

    NOT_OURS = auto()  # it says nothing about a task of this stack
    NOTED = auto()  # the job is under way
    ALREADY_SETTLED = auto()  # the worker, or an earlier event, told the outcome
    SETTLED = auto()


def captured_result(output: str, lines: tuple[str, ...]) -> str:
    """Return what a container that knows nothing of tasks gives as its output.

    That is its last log line if it is a JSON object or array, else the backend's own output with the
    last log lines as `log_tail`.
    """
    try:
        last = strict_json.read(lines[-1]) if lines else None
    except ValueError:
        last = None
    if isinstance(last, dict | list):
        return lines[-1]
    return json.dumps({**json.loads(output), "log_tail": lines})


def _with_log_tail(outcome: Failed, lines: tuple[str, ...], location: LogLocation) -> Failed:
    # Without a line there may be no stream either: no link to nothing.
    url = log_url(location) if lines else None
    return replace(outcome, cause=replace(outcome.cause, log_tail=lines, log_url=url))
