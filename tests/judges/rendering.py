"""Reads the output of `terraform test -json -verbose`: keeps the documents, prints the rest as text.

Usage: python -m tests.judges.rendering FOLDER FILE <OUTPUT. FILE gets the documents of FOLDER's tests.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from tests.judges.documents import Kind, Place, found_in

# Each plan ends with the provider's schema: it is cut off unread.
SCHEMA = b',"provider_schemas":'
RENDERED = b'"test_plan":{', b'"test_state":{'
# How run blocks that expect a failure begin (tests/repo/test_terraform_layout.py). Terraform renders their
# plans although a precondition refuses them.
REFUSED = "rejects_"


def main(folder: str, file: Path, lines: Iterable[bytes], out: TextIO) -> None:
    """Print the outcome of the run blocks; write the documents."""
    documents: dict[tuple[Kind, str], list[Place]] = {}
    unknown: list[Place] = []
    for line in lines:
        message = parsed(line)
        if message is None:
            out.write(line.decode(errors="replace"))
        elif "test_plan" in message or "test_state" in message:
            if str(message.get("@testrun", "")).startswith(REFUSED):
                continue
            for place, kind, value in rendered(folder, message):
                documents.setdefault((kind, json.dumps(value, sort_keys=True)), []).append(place)
            unknown += unrendered(folder, message)
        elif text := as_text(message):
            out.write(text + "\n")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(_stored(documents, unknown)), encoding="utf-8")


def parsed(line: bytes) -> Mapping[str, Any] | None:
    """Return a line of Terraform's JSON, without the provider's schema; None if it is anything else."""
    if any(mark in line[:2000] for mark in RENDERED) and SCHEMA in line:
        line = line[: line.index(SCHEMA)] + b"}}"
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def rendered(folder: str, message: Mapping[str, Any]) -> Iterator[tuple[Place, Kind, Mapping[str, Any]]]:
    """Each document in the planned or applied values of a run block."""
    for address, values in _values(message):
        if ".aws_lambda_permission." in f".{address}":
            yield _place(folder, message, address, "permission"), "permission", values
        for path, kind, value in found_in(values):
            yield _place(folder, message, address, path), kind, value


def unrendered(folder: str, message: Mapping[str, Any]) -> Iterator[Place]:
    """Each attribute whose value the plan does not know."""
    for change in message.get("test_plan", {}).get("resource_changes", ()):
        for attribute, is_unknown in (change["change"].get("after_unknown") or {}).items():
            if is_unknown is True:
                yield _place(folder, message, change["address"], attribute)


def as_text(message: Mapping[str, Any]) -> str | None:
    """What a person wants to read: each run block's end, the sum, and diagnostics with their place."""
    if "diagnostic" in message:
        return _diagnostic(message["diagnostic"])
    if message.get("test_run", {}).get("progress", "complete") != "complete":
        return None
    return str(message["@message"]) if "test_run" in message or "test_summary" in message else None


def _values(message: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    plan, state = message.get("test_plan", {}), message.get("test_state", {})
    for change in plan.get("resource_changes", ()):
        if change["mode"] == "managed" and change["change"]["after"]:
            yield change["address"], change["change"]["after"]
    for name, change in plan.get("output_changes", {}).items():
        yield f"output.{name}", {"value": change.get("after")}
    for resource in _resources(state.get("root_module", {})):
        if resource["mode"] == "managed":
            yield resource["address"], resource["values"]
    for name, output in state.get("outputs", {}).items():
        yield f"output.{name}", {"value": output["value"]}


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _place(folder: str, message: Mapping[str, Any], address: str, attribute: str) -> Place:
    return Place(
        folder=folder,
        test=message.get("@testfile", ""),
        run=message.get("@testrun", ""),
        address=address,
        attribute=attribute,
    )


def _diagnostic(diagnostic: Mapping[str, Any]) -> str:
    place, snippet = diagnostic.get("range"), diagnostic.get("snippet") or {}
    lines = [f"{diagnostic['severity'].capitalize()}: {diagnostic['summary']}"]
    if place:
        lines.append(f"  on {place['filename']} line {place['start']['line']}:")
    lines += [f"    {line}" for line in snippet.get("code", "").splitlines()]
    lines += [f"    {value['traversal']} {value['statement']}" for value in snippet.get("values", ())]
    lines += [f"  {line}" for line in diagnostic.get("detail", "").splitlines()]
    return "\n".join(lines)


def _stored(documents: Mapping[tuple[Kind, str], list[Place]], unknown: list[Place]) -> dict[str, Any]:
    return {
        "documents": [
            {"kind": kind, "value": json.loads(text), "places": [asdict(place) for place in places]}
            for (kind, text), places in documents.items()
        ],
        "unknown": [asdict(place) for place in dict.fromkeys(unknown)],
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.stdin.buffer, sys.stdout)
