"""Rules of the Amazon States Language that asl-validator does not know.

https://states-language.net/spec.html and https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

# What a task has where the definition sets no time limit. https://states-language.net/spec.html#task-state
DEFAULT_TIMEOUT_SECONDS = 99_999_999
MAX_NAME = 80


def faults(definition: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with a state machine."""
    language = definition.get("QueryLanguage", "JSONPath")
    for name, state in states(definition):
        found = [*_clocks(state), *_language(state, language), *_error_rules(state)]
        if len(name) > MAX_NAME:
            found.append(f"its name has {len(name)} characters; {MAX_NAME} are allowed")
        yield from (f"state {name!r}: {fault}" for fault in found)


def states(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every state with its name, those in branches and maps too."""
    for name, state in _object(machine.get("States")).items():
        if not isinstance(state, dict):
            continue
        yield name, state
        inner = [state.get("ItemProcessor"), state.get("Iterator"), *_list(state.get("Branches"))]
        for branch in inner:
            yield from states(_object(branch))


def _clocks(state: Mapping[str, Any]) -> Iterator[str]:
    heartbeat, timeout = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds", DEFAULT_TIMEOUT_SECONDS)
    # Paths and expressions are known when the state runs.
    if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
        yield f"HeartbeatSeconds is {heartbeat}; it must be below TimeoutSeconds, {timeout}"


def _language(state: Mapping[str, Any], machine: str) -> Iterator[str]:
    if machine == "JSONata" and state.get("QueryLanguage") == "JSONPath":
        yield "a JSONata state machine cannot contain a JSONPath state"


def _error_rules(state: Mapping[str, Any]) -> Iterator[str]:
    """States.ALL must stand alone, in the last Retry or Catch."""
    for field in ("Retry", "Catch"):
        rules = _list(state.get(field))
        for index, rule in enumerate(rules):
            names = _list(_object(rule).get("ErrorEquals"))
            if "States.ALL" in names and (len(names) > 1 or index < len(rules) - 1):
                yield f"States.ALL must stand alone in the last {field}"
    for retry in _list(state.get("Retry")):
        yield from _retry(_object(retry))


def _retry(retry: Mapping[str, Any]) -> Iterator[str]:
    interval, longest = retry.get("IntervalSeconds", 1), retry.get("MaxDelaySeconds")
    if isinstance(longest, int) and isinstance(interval, int) and longest <= interval:
        yield f"MaxDelaySeconds is {longest}; it must be above IntervalSeconds, {interval}"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
