"""Check requests against the constraints in the service's model, which LocalStack ignores."""

import re
from collections.abc import Iterator
from typing import Any

from localstack.aws.spec import load_service

from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal


def validate(service: str, operation: str, request: Document) -> None:
    """Raise AWS's ValidationException with every violation of the model."""
    shape = load_service(service).operation_model(operation).input_shape
    found = [
        f"Value at '{path}' failed to satisfy constraint: {what}"
        for path, what in _problems(shape, request)
    ]
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise refusal(
            "ValidationException", f"{len(found)} validation {noun} detected: {'; '.join(found)}"
        )


def _problems(shape: Any, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    match shape.type_name:
        case "structure":
            yield from _of_structure(shape, value, path)
        case "map":
            yield from _of_size(shape, len(value), path, "length")
            for key, item in value.items():
                yield from _problems(shape.key, key, f"{path}.key")
                yield from _problems(shape.value, item, f"{path}.{key}.member")
        case "list":
            yield from _of_size(shape, len(value), path, "length")
            for number, item in enumerate(value, 1):
                yield from _problems(shape.member, item, f"{path}.{number}.member")
        case "string":
            yield from _of_size(shape, len(value), path, "length")
            yield from _of_text(shape, value, path)
        case "integer" | "long" | "float" | "double":
            yield from _of_size(shape, value, path, "value")


def _of_structure(shape: Any, value: Document, path: str) -> Iterator[tuple[str, str]]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _below(path, name), "Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], _below(path, name))


def _of_size(shape: Any, size: float, path: str, what: str) -> Iterator[tuple[str, str]]:
    limits = shape.metadata
    noun = f"have {what}" if what == "length" else "have value"
    if size < limits.get("min", size):
        yield path, f"Member must {noun} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield path, f"Member must {noun} less than or equal to {limits['max']}"


def _of_text(shape: Any, value: str, path: str) -> Iterator[tuple[str, str]]:
    if shape.enum and value not in shape.enum:
        yield path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(_of_python(pattern), value, re.DOTALL):
        yield path, f"Member must satisfy regular expression pattern: {pattern}"


def _of_python(pattern: str) -> str:
    # The model's patterns are Java's, with classes by Unicode category.
    for java, python in ((r"\p{L}", r"\w"), (r"\p{N}", r"\d"), (r"\p{Z}", r"\s")):
        pattern = pattern.replace(java, python)
    return pattern


def _below(path: str, name: str) -> str:
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name
