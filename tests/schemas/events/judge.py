"""Judges EventBridge events and patterns by the schemas that AWS publishes (README.md).

Without dependencies: the local cloud's tests use it from their own environment.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_OF_PATTERNS = ("$or", "anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix")


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


ENVELOPE: Mapping[str, Any] = _read("envelope.json")["fields"]
_OF_RECORDS: list[str] = _read("envelope.json")["records"]["fields"]
DOCUMENTED: Mapping[str, Any] = _read("documented.json")
_FILES = [each for file in sorted(HERE.glob("*.json")) if "detail-type" in (each := _read(file.name))]
PACKAGES = {each["package"] for each in _FILES}
SCHEMAS: Mapping[tuple[str, str], Any] = {
    (each["source"], each["detail-type"]): each["detail"] for each in _FILES
}


def problems(event: Mapping[str, Any]) -> list[str]:
    """Return what an event has that its schema lacks, with its path, and what its envelope lacks."""
    key = (event.get("source"), event.get("detail-type"))
    if key not in SCHEMAS:
        return [f"source, detail-type: {key}; there are schemas of {', '.join(map(str, SCHEMAS))}"]
    missing = [f"{name}: missing" for name in ENVELOPE if name not in event]
    rules = _Rules(key)
    return [
        *missing,
        *rules.check(ENVELOPE, event, ""),
        *rules.check(rules.detail, event.get("detail"), "detail"),
    ]


def pattern_problems(pattern: Mapping[str, Any]) -> list[str]:
    """Return what a rule's pattern matches that no event has."""
    sources, names = pattern.get("source"), pattern.get("detail-type")
    if not isinstance(sources, list) or not isinstance(names, list):
        return ["source, detail-type: a pattern must list both"]
    keys = [(source, name) for source in sources for name in names]
    if unknown := [key for key in keys if key not in SCHEMAS]:
        return [f"source, detail-type: no schema of {unknown}"]
    outside = {name: value for name, value in pattern.items() if name != "detail"}
    return [f"{name}: not in the envelope" for name in outside if name not in ENVELOPE] + [
        problem for key in keys for problem in _Rules(key).check_pattern(pattern.get("detail", {}), "detail")
    ]


class UnknownField(AssertionError):
    """The program reads a field that the event's schema does not have."""


class GuardedObject(dict[str, Any]):
    """An object of an event, which refuses to be read by a name that its schema does not have."""

    def __init__(self, content: Mapping[str, Any], names: frozenset[str] | None, path: str) -> None:
        """`names` are the schema's; None: any."""
        super().__init__(content)
        self._names, self._path = names, path

    def __getitem__(self, name: str) -> Any:
        """Return a field of the schema. Raises UnknownField."""
        self._require(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        """Return whether a field of the schema is there. Raises UnknownField."""
        self._require(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field of the schema, or the default. Raises UnknownField."""
        self._require(name)
        return super().get(name, default)

    def _require(self, name: object) -> None:
        if self._names is not None and name not in self._names:
            raise UnknownField(f"{self._path}{'.' if self._path else ''}{name}: no event has it")


def guarded(event: Mapping[str, Any]) -> GuardedObject:
    """Return a valid event whose objects refuse to be read by names outside its schema."""
    key = (event["source"], event["detail-type"])
    outer = {**event, "detail": _Rules(key).guard(SCHEMAS[key], event["detail"], "detail")}
    return GuardedObject(outer, frozenset({*ENVELOPE, *_OF_RECORDS}), "")


class _Rules:
    """The schema of one detail type, with what AWS's documentation adds to it."""

    def __init__(self, key: Any) -> None:
        self.detail = SCHEMAS[key]
        self._name = key[1]
        self._documented: Mapping[str, str] = DOCUMENTED.get(key[1], {}).get("fields", {})

    def check(self, shape: Any, value: Any, path: str) -> Iterator[str]:
        if _is(value, self._documented.get(path)) or shape == "json":
            return
        if isinstance(shape, list) and isinstance(value, list):
            for item in value:
                yield from self.check(shape[0], item, f"{path}[]")
        elif isinstance(shape, dict) and isinstance(value, Mapping):
            for name in value:
                yield from self._check_field(shape, value, name, f"{path}.{name}".removeprefix("."))
        elif not isinstance(shape, str) or not _is(value, shape):
            yield f"{path}: {value!r:.80}; the schema of {self._name!r} has {_described(shape)}"

    def _check_field(self, shape: Mapping[str, Any], value: Any, name: str, path: str) -> Iterator[str]:
        inner, found = shape.get(name, shape.get("*")), dict.get(value, name)
        if inner is not None:
            yield from self.check(inner, found, path)
        elif isinstance(found, Mapping) and self._added(path):
            for below in found:
                yield from self._check_field({}, found, below, f"{path}.{below}")
        elif not _is(found, self._documented.get(path)):
            yield f"{path}: not in the schema of {self._name!r}"

    def _added(self, path: str) -> set[str]:
        """Return the names of what the documentation adds to an object."""
        below = f"{path}."
        return {each.removeprefix(below).split(".")[0] for each in self._documented if each.startswith(below)}

    def check_pattern(self, pattern: Any, path: str, shape: Any = None) -> Iterator[str]:
        shape = self.detail if shape is None else shape
        for name, inner in pattern.items():
            below = f"{path}.{name}"
            if name == "$or":
                for option in inner:
                    yield from self.check_pattern(option, path, shape)
            elif name not in shape and below not in self._documented:
                yield f"{below}: not in the schema of {self._name!r}"
            elif isinstance(inner, Mapping):
                found = shape.get(name)
                found = found[0] if isinstance(found, list) else found
                yield from self.check_pattern(inner, below, found if isinstance(found, dict) else {})
            else:
                yield from self._check_operators(inner, below)

    def _check_operators(self, values: Any, path: str) -> Iterator[str]:
        if not isinstance(values, list):
            yield f"{path}: {values!r}; a pattern lists values"
            return
        for value in values:
            for name in value if isinstance(value, Mapping) else ():
                if name not in _OF_PATTERNS:
                    yield f"{path}: {name!r}; allowed are {', '.join(_OF_PATTERNS)}"

    def guard(self, shape: Any, value: Any, path: str) -> Any:
        if isinstance(shape, list) and isinstance(value, list):
            return [self.guard(shape[0], item, f"{path}[]") for item in value]
        if not isinstance(shape, dict) or not isinstance(value, Mapping):
            return value
        inner = {
            name: self.guard(shape.get(name, shape.get("*")), value[name], f"{path}.{name}") for name in value
        }
        return GuardedObject(inner, None if "*" in shape else frozenset({*shape, *self._added(path)}), path)


def _is(value: Any, names: str | None) -> bool:
    """Return whether the value has one of the types, `integer|null`."""
    return any(
        isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
        for name in (names or "").split("|")
        if name
    )


def _described(shape: Any) -> str:
    return shape if isinstance(shape, str) else "a list" if isinstance(shape, list) else "an object"
