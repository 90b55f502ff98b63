"""The constraints in a service's model: sizes, patterns, enums, types, names.

LocalStack's parser converts what it can and drops what it does not know.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, kw_only=True)
class _Type:
    python: tuple[type, ...]
    what: str


_OBJECT = _Type(python=(Mapping,), what="an object")
_WHOLE = _Type(python=(int,), what="a whole number")
_NUMBER = _Type(python=(int, float), what="a number")
_TYPES = {
    "structure": _OBJECT,
    "map": _OBJECT,
    "list": _Type(python=(list,), what="a list"),
    "string": _Type(python=(str,), what="a string"),
    "integer": _WHOLE,
    "long": _WHOLE,
    "float": _NUMBER,
    "double": _NUMBER,
    "boolean": _Type(python=(bool,), what="true or false"),
}
# "The values aren't case sensitive", and Terraform's provider sends small letters.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
_IN_ANY_CASE = {"RetryAction"}
_CLASSES = (
    (r"\p{L}", r"\w"),
    (r"\p{N}", r"\d"),
    (r"\p{Z}", r"\s"),
    (r"\p{Alnum}", "A-Za-z0-9"),
    (r"\p{Print}", r"[\x20-\x7e]"),
    (r"\p{ASCII}", r"[\x00-\x7f]"),
)

# A path and what is wrong there.
type Problems = Iterator[tuple[str, str]]


def problems(shape: Any, value: Any, path: str = "") -> Problems:
    """Yield what a parsed request violates; values of a wrong type are left out."""
    if not _has_type(shape, value):
        return
    match shape.type_name:
        case "structure":
            yield from _of_structure(shape, value, path)
        case "map":
            yield from _of_size(shape, len(value), path, "length")
            for key, item in value.items():
                yield from problems(shape.key, key, f"{path}.key")
                yield from problems(shape.value, item, f"{path}.{key}.member")
        case "list":
            yield from _of_size(shape, len(value), path, "length")
            for number, item in enumerate(value, 1):
                yield from problems(shape.member, item, f"{path}.{number}.member")
        case "string":
            yield from _of_size(shape, len(value), path, "length")
            yield from _of_text(shape, value, path)
        case "integer" | "long" | "float" | "double":
            yield from _of_size(shape, value, path, "value")


def problems_in_json(shape: Any, value: Any, path: str = "") -> Problems:
    """Yield the wrong types and unknown names in the JSON of a request, before it is parsed."""
    if value is None:
        return
    if not _has_type(shape, value):
        yield path, f"Member must be {_TYPES[shape.type_name].what}"
        return
    match shape.type_name:
        case "structure":
            yield from _names_in_json(shape, value, path)
        case "map":
            for key, item in value.items():
                yield from problems_in_json(shape.value, item, f"{path}.{key}.member")
        case "list":
            for number, item in enumerate(value, 1):
                yield from problems_in_json(shape.member, item, f"{path}.{number}.member")


def _names_in_json(shape: Any, value: Mapping[str, Any], path: str) -> Problems:
    members = {
        member.serialization.get("name", name): member for name, member in shape.members.items()
    }
    for name, item in value.items():
        if name in members:
            yield from problems_in_json(members[name], item, below(path, name))
        elif not shape.is_document_type:
            yield below(path, name), "Member is not in the service's model"


def message(found: list[tuple[str, str]]) -> str:
    """Return AWS's wording."""
    noun = "error" if len(found) == 1 else "errors"
    listed = "; ".join(
        f"Value at '{path}' failed to satisfy constraint: {what}" for path, what in found
    )
    return f"{len(found)} validation {noun} detected: {listed}"


def below(path: str, name: str) -> str:
    """Return the path of a member, as AWS writes it."""
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _has_type(shape: Any, value: Any) -> bool:
    # Blobs and timestamps have several forms.
    if shape.type_name not in _TYPES:
        return True
    wanted = _TYPES[shape.type_name].python
    # A boolean is an integer in Python.
    return isinstance(value, wanted) and isinstance(value, bool) == (wanted == (bool,))


def _of_structure(shape: Any, value: Mapping[str, Any], path: str) -> Problems:
    for name in shape.required_members:
        if value.get(name) is None:
            yield below(path, name), "Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from problems(member, value[name], below(path, name))


def _of_size(shape: Any, size: float, path: str, what: str) -> Problems:
    limits = shape.metadata
    if size < limits.get("min", size):
        yield path, f"Member must have {what} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield path, f"Member must have {what} less than or equal to {limits['max']}"


def _of_text(shape: Any, value: str, path: str) -> Problems:
    written = value.upper() if shape.name in _IN_ANY_CASE else value
    if shape.enum and written not in shape.enum:
        yield path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(pattern) if pattern else None
    if compiled and not compiled.fullmatch(value):
        yield path, f"Member must satisfy regular expression pattern: {pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return a pattern of the model, which is Java's; None, so not judged, if Python lacks it."""
    for java, python in _CLASSES:
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None
