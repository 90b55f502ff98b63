"""What a version of the provider deprecates, from Pulumi's bridge to it: pulumi-aws on PyPI.

The bridge hands on each deprecation with its message. Its names differ: a list's are plural, and a resource
is in a module that Pulumi chose, such as ec2/vpc.py for aws_vpc.
"""

from __future__ import annotations

import ast
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from operations.schemas.block import Block, Key, Schema

PACKAGE = "pulumi-aws"
# The share of a resource's names that its class in Pulumi must have. Pulumi leaves out few.
LIKENESS = 0.7
NOT_COMPARED = frozenset({"id", "timeouts"})
_CLASS_NAME = re.compile(r"'(?:\w+\.)?outputs\.(\w+)'")

type _Properties = Mapping[str, ast.FunctionDef]


def mark(schema: Schema, wheel: Path) -> Schema:
    """Return the schema with what the wheel says is deprecated.

    Raises OperationError for a resource that is not found in the wheel.
    """
    with zipfile.ZipFile(wheel) as archive:
        bridge = _Bridge(archive)
        # The provider's own arguments are not resources; Pulumi has them elsewhere.
        blocks = {
            key: block if key[0] == "provider" else bridge.mark(key, block)
            for key, block in schema.blocks.items()
        }
    version = wheel.name.split("-")[1]
    return replace(schema, blocks=blocks, sources=[*schema.sources, f"{PACKAGE} {version} (deprecations)"])


class _Bridge:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._files = [name for name in archive.namelist() if name.endswith(".py")]
        self._parsed: dict[str, ast.Module] = {}

    def mark(self, key: Key, block: Block) -> Block:
        likeness, file, properties = self._most_alike(block, self._files_of_its_name(key))
        if likeness < LIKENESS:
            likeness, file, properties = self._most_alike(block, self._files_of_its_service(key))
        if likeness < LIKENESS:
            raise OperationError(f"{PACKAGE} has nothing like {key[0]} {key[1]} ({likeness:.0%} at most)")
        return self._marked(block, properties, f"{file.rpartition('/')[0]}/outputs.py")

    def _most_alike(self, block: Block, files: list[str]) -> tuple[float, str, _Properties]:
        found = [
            (_likeness(block, properties), file, properties)
            for file in files
            for name, properties in self._classes(file).items()
            # The others describe what is set: they refer to no class of outputs.
            if not name.endswith(("Args", "State"))
        ]
        return max(found, key=lambda candidate: candidate[0], default=(0.0, "", {}))

    def _files_of_its_name(self, key: Key) -> list[str]:
        """Return the files whose name is the end of the resource's."""
        kind, name = key
        words = name.split("_")[1:]
        ends = ["_".join(words[start:]) for start in range(len(words))]
        wanted = tuple(f"/get_{end}.py" if kind == "data" else f"/{end}.py" for end in ends)
        return [file for file in self._files if file.endswith(wanted)]

    def _files_of_its_service(self, key: Key) -> list[str]:
        kind, name = key
        start = f"pulumi_aws/{name.split('_')[1]}/{'get_' if kind == 'data' else ''}"
        return [file for file in self._files if file.startswith(start)]

    def _classes(self, file: str) -> Mapping[str, _Properties]:
        if file not in self._parsed:
            self._parsed[file] = ast.parse(self._archive.read(file))
        return {
            found.name: {
                item.name: item
                for item in found.body
                if isinstance(item, ast.FunctionDef) and _is_getter(item)
            }
            for found in self._parsed[file].body
            if isinstance(found, ast.ClassDef)
        }

    def _marked(self, block: Block, properties: _Properties, outputs: str) -> Block:
        deprecated, inner = {}, dict(block.inner)
        for name in block.readable:
            found = next((properties[other] for other in _spellings(name) if other in properties), None)
            if found is None:
                continue
            message = _message(found)
            if message is not None:
                deprecated[name] = message
            nested = _CLASS_NAME.search(ast.unparse(found.returns)) if found.returns else None
            if name in inner and nested and outputs in self._files:
                inner[name] = self._marked(inner[name], self._classes(outputs).get(nested[1], {}), outputs)
        return replace(block, deprecated=deprecated, inner=inner)


def _likeness(block: Block, properties: _Properties) -> float:
    """Return the share of the names on either side that both have."""
    names = block.readable - NOT_COMPARED
    both = [name for name in names if any(other in properties for other in _spellings(name))]
    return len(both) / max(len(names), len(properties.keys() - NOT_COMPARED), 1)


def _spellings(name: str) -> tuple[str, ...]:
    return name, f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies"


def _is_getter(function: ast.FunctionDef) -> bool:
    return any("pulumi.getter" in ast.unparse(decorator) for decorator in function.decorator_list)


def _message(function: ast.FunctionDef) -> str | None:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "_utilities.deprecated":
            (message,) = decorator.args
            return str(ast.literal_eval(message))
    return None
