"""Refuse state names that are used twice in a machine, in branches of Parallel and Map too.

LocalStack looks at each branch by itself.
https://states-language.net/spec.html#states-fields
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from localstack.aws.api.stepfunctions import (
    InvalidDefinition,
    ValidateStateMachineDefinitionDiagnostic,
    ValidateStateMachineDefinitionSeverity,
)
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.wrapping import wrap

_CODE = "DUPLICATE_STATE_NAME"


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A state whose name another one has."""

    name: str
    place: str

    @property
    def message(self) -> str:
        """What is wrong."""
        return f"Duplicate State name: {self.name}"


class _Object(dict[str, Any]):
    """A JSON object that remembers the members that a dict loses."""

    def __init__(self, members: list[tuple[str, Any]]) -> None:
        super().__init__(members)
        self.members = members


def install() -> None:
    """Check before LocalStack, which calls a name used twice in one branch a ValueError."""

    @wrap(StepFunctionsProvider, "_validate_definition")
    def validate(original: Callable[..., None], definition: str, **more: Any) -> None:
        if repeated := repeated_names(definition):
            problems = ", ".join(f"'{_CODE}: {one.message} at {one.place}'" for one in repeated)
            raise InvalidDefinition(f"Invalid State Machine Definition: {problems}")
        original(definition=definition, **more)

    @wrap(StepFunctionsProvider, "validate_state_machine_definition")
    def validate_only(original: Callable[..., Any], *args: Any, **more: Any) -> Any:
        answer = original(*args, **more)
        request = more.get("request") or args[2]
        # LocalStack knows one code for every problem.
        if any(_CODE in problem["message"] for problem in answer["diagnostics"]):
            answer["diagnostics"] = _diagnostics(repeated_names(request["definition"]))
        return answer


def _diagnostics(repeated: Iterable[Repeated]) -> list[ValidateStateMachineDefinitionDiagnostic]:
    return [
        ValidateStateMachineDefinitionDiagnostic(
            severity=ValidateStateMachineDefinitionSeverity.ERROR,
            code=_CODE,
            message=one.message,
            location=one.place,
        )
        for one in repeated
    ]


def repeated_names(definition: str) -> list[Repeated]:
    """Return the states whose name comes up before them, in the order of the definition.

    A definition that is not JSON has none: what reads it next says what is wrong.
    """
    try:
        machine = json.loads(definition, object_pairs_hook=_Object)
    except ValueError:
        return []
    seen: set[str] = set()
    repeated = []
    for name, place in _states(machine, ""):
        if name in seen:
            repeated.append(Repeated(name=name, place=place))
        seen.add(name)
    return repeated


def _states(machine: Any, place: str) -> Iterator[tuple[str, str]]:
    states = machine.get("States") if isinstance(machine, _Object) else None
    for name, state in states.members if isinstance(states, _Object) else ():
        here = f"{place}/States/{name}"
        yield name, here
        for inside, machine_inside in _machines(state):
            yield from _states(machine_inside, f"{here}/{inside}")


def _machines(state: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(state, _Object):
        branches = state.get("Branches")
        for number, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield f"Branches[{number}]", branch
        for member in ("Iterator", "ItemProcessor"):
            yield member, state.get(member)
