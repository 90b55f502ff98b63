"""The envelope round a task's input, in which its state says which execution the task is of.

Module process-state writes it, for activities whose `envelope` is on. Without it, nothing tells which
execution a task was scheduled by. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from activity_dispatch.domain import strict_json
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.job_variables import problem_of_text, shown
from activity_dispatch.domain.requests import is_execution
from activity_dispatch.domain.tasks import InvalidInput, Origin, Task, TaskRecord

MARK = "activity_dispatch_envelope"
VERSION = 1
MAX_STATE_NAME_CHARACTERS = 80
MAX_TIME_CHARACTERS = 40
MAX_ATTEMPT = 999_999_999
# Versions above 00 may have more at the end; ff is no version. https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def unwrapped(activity: Activity, task: Task) -> Task:
    """Return the task with the input that its program is to see, and with what its envelope says.

    A task without an envelope, of a state that writes none, is bare. With `envelope` off, whatever an
    input looks like, it is an input. The input is cut out of the envelope: reading and writing it again
    would round its numbers. Raises InvalidInput, which names the envelope's field.
    """
    if not activity.envelope:
        return task
    document = _envelope(task.input)
    if document is None:
        return replace(task, is_bare=True)
    given = strict_json.member_text(task.input, "input")
    if given is None:
        raise InvalidInput(f"{MARK}: it has no input")
    return replace(task, input=given, execution_arn=_execution(document), origin=_origin(document))


def looks_wrapped(activity: Activity, task: Task) -> bool:
    """Return whether the input may be an envelope although the activity has them off."""
    return not activity.envelope and f'"{MARK}"' in task.input


def origin_to_json(origin: Origin) -> str:
    """Return the origin as JSON, for the task table."""
    return json.dumps({name: value for name, value in asdict(origin).items() if value is not None})


def origin_from_json(text: str) -> Origin:
    """Parse what `origin_to_json` wrote. Raises ValueError and TypeError."""
    return Origin(**json.loads(text))


def is_traceparent(value: object) -> bool:
    """Return whether the value is a traceparent, as W3C defines it."""
    return isinstance(value, str) and _TRACEPARENT.fullmatch(value) is not None


def traceparent_of(task: Task | TaskRecord) -> str | None:
    """Return the task's trace context as W3C writes it, None if its execution is not known.

    Without one in the envelope, the trace is the execution's and the span the task's: both are derived
    from their names, so that every part of the stack comes to the same ones.
    """
    if task.origin is not None and task.origin.trace is not None:
        return task.origin.trace
    if not task.execution_arn:
        return None
    trace = hashlib.sha256(task.execution_arn.encode()).hexdigest()[:32]
    return f"00-{trace}-{task.task_id[:16]}-01"


def _envelope(task_input: str) -> Mapping[str, Any] | None:
    # Most of up to 256 KiB of JSON need not be parsed to see that there is none.
    if f'"{MARK}"' not in task_input:
        return None
    try:
        document = strict_json.read(task_input, number=strict_json.number_of)
    except ValueError as error:
        raise InvalidInput(f"input: it can't be read: {error}") from error
    if not isinstance(document, dict) or MARK not in document:
        return None
    if isinstance(document[MARK], bool) or document[MARK] != VERSION:
        raise InvalidInput(
            f"{MARK}: {shown(document[MARK])}; it must be {VERSION}, as module process-state writes"
        )
    return document


def _execution(document: Mapping[str, Any]) -> str:
    arn = document.get("execution_arn")
    if not isinstance(arn, str) or not is_execution(arn):
        raise InvalidInput(f"{MARK}: execution_arn: {shown(arn)}; it must be an execution's ARN")
    return arn


def _origin(document: Mapping[str, Any]) -> Origin:
    attempt, trace = document.get("attempt"), document.get("trace")
    # In Python, bool is a subclass of int.
    if isinstance(attempt, bool) or not isinstance(attempt, int) or not 0 <= attempt <= MAX_ATTEMPT:
        raise InvalidInput(f"{MARK}: attempt: {shown(attempt)}; it must be a whole number from 0")
    return Origin(
        state_name=_text(document, "state_name", MAX_STATE_NAME_CHARACTERS),
        attempt=attempt,
        entered_at=_text(document, "entered_at", MAX_TIME_CHARACTERS),
        # It may be anything that the execution's input has there: what is invalid begins a new trace.
        trace=trace if is_traceparent(trace) else None,
    )


def _text(document: Mapping[str, Any], name: str, most: int) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or problem_of_text(value):
        raise InvalidInput(f"{MARK}: {name}: {shown(value)}; it must be a text of 1 to {most} characters")
    return value
