"""Whether the files fit every version of the provider that the modules promise to work with."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from operations.schemas.block import Schema
from operations.schemas.used import files, uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from operations.schemas.block import Block
    from operations.schemas.used import Use

FOLDER = "tests/schemas/terraform"
ALLOWED = "allowed.toml"
REFRESH = "make schemas"


def problems(root: Path, judged: Iterable[Path] | None = None) -> list[str]:
    """Return what is wrong with the files, one line each, with file and line; all of the checkout by default.

    Only a judgement of all files tells which allowances nothing needs any more.
    """
    schemas = read(root)
    allowed = _allowed(root)
    needed: set[str] = set()
    found: dict[str, None] = {}
    for file in files(root) if judged is None else judged:
        for use in uses(file):
            for name, problem in _problems_of(use, schemas):
                if name in allowed:
                    needed.add(name)
                else:
                    shown = file.relative_to(root) if file.is_relative_to(root) else file
                    found[f"{shown}:{use.line}: {problem}"] = None
    stale = [] if judged is not None else sorted(allowed.keys() - needed)
    return [*found, *(f"{FOLDER}/{ALLOWED}: nothing needs {name!r} any more: remove it" for name in stale)]


def read(root: Path) -> list[Schema]:
    """Return the kept schemas."""
    kept = sorted((root / FOLDER).glob("*.json"))
    return [Schema.from_json(json.loads(file.read_text(encoding="utf-8"))) for file in kept]


def _allowed(root: Path) -> Mapping[str, str]:
    """Return the reasons of what is allowed, by what `_problems_of` names."""
    entries: Sequence[Mapping[str, str]] = tomllib.loads((root / FOLDER / ALLOWED).read_text())["allowed"]
    return {entry["name"]: entry["reason"] for entry in entries}


def _problems_of(use: Use, schemas: Iterable[Schema]) -> Iterator[tuple[str, str]]:
    """Yield each problem with the name under which it may be allowed."""
    for schema in schemas:
        what, major = " ".join(use.key), schema.version.partition(".")[0]
        block = schema.blocks.get(use.key)
        if block is None:
            # Once, where it is declared.
            if use.path or not use.is_set:
                continue
            yield (
                f"{what} (provider {major})",
                f"the kept schema of provider {schema.version} has no {what}: `{REFRESH}` adds what is newly"
                " used; if it says that the provider has none, the name is wrong",
            )
            continue
        for depth, problem in _walk(use, block):
            name = ".".join((what, *use.path[: depth + 1]))
            yield f"{name} (provider {major})", f"{name} {problem.format(version=schema.version)}"


def _walk(use: Use, block: Block) -> Iterator[tuple[int, str]]:
    """Yield the depth and the kind of each problem on a path; only its last name is judged as deprecated."""
    for depth, name in enumerate(use.path):
        is_last = depth == len(use.path) - 1
        if name not in block.readable:
            yield depth, f"does not exist in provider {{version}}{_near(name, block)}"
            return
        if use.is_set and name not in block.settable:
            yield depth, "cannot be set in provider {version}: it can only be read"
            return
        if name in block.deprecated and (is_last or not use.is_set):
            message = block.deprecated[name]
            yield depth, "is deprecated in provider {version}" + (f": {message}" if message else "")
        if name not in block.inner:
            return
        block = block.inner[name]


def _near(name: str, block: Block) -> str:
    import difflib

    near = difflib.get_close_matches(name, sorted(block.readable), n=1)
    return f"; did you mean {near[0]}?" if near else ""
