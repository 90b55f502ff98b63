"""Terraform files as hcl2 reads them. A fixture in conftest.py has each text parsed once a session."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcl2 import SerializationOptions, api, walk
from hcl2.rules.abstract import LarkElement
from hcl2.rules.base import AttributeRule, BlockRule, StartRule
from hcl2.rules.containers import ObjectRule
from hcl2.rules.functions import FunctionCallRule
from hcl2.rules.strings import StringRule

VALUES = SerializationOptions(strip_string_quotes=True)

type Expressions = Mapping[str, LarkElement]


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block. `labels`: its type and names; `attributes`: without those of its `inner` blocks."""

    labels: tuple[str, ...]
    attributes: Expressions
    inner: tuple["Block", ...] = ()


def documents(folder: Path) -> list[StartRule]:
    """The .tf files of a folder, parsed."""
    return [document(file) for file in sorted(folder.glob("*.tf"))]


def document(file: Path) -> StartRule:
    # Not hcl2.parses: the fixture caches this one.
    return api.parses(file.read_text(encoding="utf-8"))


def blocks(folder: Path, *labels: str) -> list[Block]:
    """The top-level blocks of a folder whose labels begin with these."""
    found = [
        block(child)
        for parsed in documents(folder)
        for child in parsed.body.children
        if isinstance(child, BlockRule)
    ]
    return [block for block in found if block.labels[: len(labels)] == labels]


def variables(folder: Path) -> Mapping[str, Expressions]:
    return {block.labels[1]: block.attributes for block in blocks(folder, "variable")}


def local_values(folder: Path) -> Expressions:
    """The local values of a folder, from all its files."""
    return {name: found for block in blocks(folder, "locals") for name, found in block.attributes.items()}


def objects(element: LarkElement) -> Iterator[Expressions]:
    """Every object in this element, outer ones first, including those in arguments of functions."""
    for found in walk.find_all(element, ObjectRule):
        yield {value(item.key): item.expression for item in found.elements}


def arguments(element: LarkElement) -> list[LarkElement]:
    """The arguments of the outermost function that this element calls."""
    call = walk.find_first(element, FunctionCallRule)
    return list(call.arguments.arguments) if call and call.arguments else []


def strings(element: LarkElement) -> Iterator[str]:
    """Every quoted string in this element, without its quotes, with its interpolations."""
    return (value(found) for found in walk.find_all(element, StringRule))


def value(element: LarkElement) -> Any:
    """A literal as a Python value; any other expression as a string, `${...}`."""
    return element.serialize(options=VALUES)


def block(rule: BlockRule) -> Block:
    attributes = {
        child.identifier.serialize(): child.expression
        for child in rule.body.children
        if isinstance(child, AttributeRule)
    }
    inner = tuple(block(child) for child in rule.body.children if isinstance(child, BlockRule))
    return Block(labels=tuple(value(label) for label in rule.labels), attributes=attributes, inner=inner)
