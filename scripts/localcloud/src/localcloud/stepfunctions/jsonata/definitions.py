"""Refuse a definition that mixes query languages, or whose expressions AWS refuses.

A JSONata machine has no JSONPath states, a state has only the fields of its language, and each
expression parses and refers to what exists. The messages are AWS's where they are published (a
reference at the top level, an expression that does not parse), otherwise ours.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from localstack.aws.api.stepfunctions import InvalidDefinition
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.stepfunctions.jsonata import references
from localcloud.stepfunctions.jsonata.expressions import InvalidExpressionError, parse
from localcloud.wrapping import wrap

_JSONPATH_ONLY = {"InputPath", "OutputPath", "Parameters", "ResultSelector", "ResultPath"} | {
    "TimeoutSecondsPath", "HeartbeatSecondsPath", "SecondsPath", "TimestampPath", "ItemsPath",
    "ErrorPath", "CausePath", "MaxConcurrencyPath", "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath", "Result",
}  # fmt: skip
_JSONATA_ONLY = {"Arguments", "Output", "Items"}
_WITH_RESULT = {"Task", "Parallel", "Map"}
_MACHINES = {"ItemProcessor", "Iterator"}
_NO_DATA = {"Branches", "Comment", "Type", "Next", "Default", "Resource", "Label"} | _MACHINES


def install() -> None:
    """Check after LocalStack has parsed the definition."""

    @wrap(StepFunctionsProvider, "_validate_definition")
    def validate(original: Callable[..., None], definition: str, *more: Any, **named: Any) -> None:
        original(definition, *more, **named)
        for problem in problems(json.loads(definition)):
            raise InvalidDefinition(f"Invalid State Machine Definition: '{problem}'")


def problems(machine: Mapping[str, Any]) -> Iterator[str]:
    """Yield what AWS refuses, each with its place."""
    yield from _states(machine, machine.get("QueryLanguage", "JSONPath"), "")


def _states(machine: Mapping[str, Any], top: str, place: str) -> Iterator[str]:
    for name, state in machine.get("States", {}).items():
        where = f"{place}/States/{name}"
        language = state.get("QueryLanguage", top)
        if top == "JSONata" and language == "JSONPath":
            yield _schema(
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                where,
            )
        yield from _fields(state, language, where)
        for number, branch in enumerate(state.get("Branches", ())):
            yield from _states(branch, top, f"{where}/Branches[{number}]")
        for member in _MACHINES & state.keys():
            yield from _states(state[member], top, f"{where}/{member}")


def _fields(state: Mapping[str, Any], language: str, where: str) -> Iterator[str]:
    foreign = _JSONPATH_ONLY if language == "JSONata" else _JSONATA_ONLY
    for field in sorted(foreign & state.keys()):
        yield _schema(f"the field '{field}' is not allowed with QueryLanguage {language}", where)
    if language == "JSONata":
        has_result = state.get("Type") in _WITH_RESULT
        for field in state.keys() - _NO_DATA - {"Catch", "Choices"}:
            result = has_result and field in {"Output", "Assign"}
            yield from _strings(state[field], f"{where}/{field}", result=result)
    members = (("Catch", {"ResultPath"}, {"Output"}), ("Choices", {"Variable"}, {"Condition"}))
    for member, jsonpath, jsonata in members:
        for number, rule in enumerate(state.get(member, ())):
            place = f"{where}/{member}[{number}]"
            for field in sorted((jsonpath if language == "JSONata" else jsonata) & rule.keys()):
                text = f"the field '{field}' is not allowed with QueryLanguage {language}"
                yield _schema(text, place)
            if language == "JSONata":
                yield from _strings(rule, place, error_output=member == "Catch")


def _strings(
    value: Any, where: str, *, result: bool = False, error_output: bool = False
) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            place = f"{where}/{name}"
            yield from _strings(member, place, result=result, error_output=error_output)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            place = f"{where}[{number}]"
            yield from _strings(member, place, result=result, error_output=error_output)
    elif isinstance(value, str) and (value.startswith("{%") or value.endswith("%}")):
        for problem in _expression(value, result=result, error_output=error_output):
            yield f"{problem} at {where}"


def _expression(text: str, *, result: bool, error_output: bool) -> Iterator[str]:
    if not (text.startswith("{%") and text.endswith("%}") and len(text) > len("{%%}") - 1):
        yield "INVALID_JSONATA_EXPRESSION: an expression starts with {% and ends with %}"
        return
    try:
        expression = parse(text[2:-2].strip())
    except InvalidExpressionError as error:
        yield f"INVALID_JSONATA_EXPRESSION: {error}"
        return
    for message in references.refused(expression, result=result, error_output=error_output):
        yield f"UNSUPPORTED_JSONATA_EXPRESSION: {message}"


def _schema(text: str, where: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {text} at {where}"
