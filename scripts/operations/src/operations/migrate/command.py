"""`make migrate`: write moved.tf, and print the arguments that keep a stack's names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from operations.errors import OperationError
from operations.migrate import moves, settings, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from operations.migrate.moves import Calls, Moves
    from operations.migrate.state import Old

FILE = "moved.tf"


def migrate(source: str, folder: Path, calls: Calls, *, back: bool = False) -> None:
    """Read a state in JSON from a file, `-` for stdin; write moved.tf into `folder`.

    `back`: to undo it, with the state from before.
    """
    if not folder.is_dir():
        raise OperationError(f"TO must be the folder of the Terraform root. Given: {str(folder)!r}")
    old = state.read(_text(source), calls.stack)
    found = moves.moves(old, calls)
    (folder / FILE).write_text("\n".join(moves.hcl(found, back=back)) + "\n", encoding="utf-8")
    if back:
        print(f"{folder / FILE}: {len(found.moved)} resources go back")
        return
    for line in _report(old, found, folder):
        print(line)


def _text(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    try:
        with open(source, encoding="utf-8") as file:  # noqa: PTH123 (as the user gave it)
            return file.read()
    except OSError as error:
        raise OperationError(f"STATE cannot be read: {error}") from None


def _report(old: Old, found: Moves, folder: Path) -> Iterator[str]:
    yield f"{folder / FILE}: {len(found.moved)} resources keep their place, {len(found.removed)} go:"
    yield from (f"  {address}" for address in found.removed)
    yield f"\nArguments of {old.call} that keep its names:\n"
    yield from _arguments(settings.of_stack(old))
    for key, arguments in settings.of_backends(old).items():
        yield f"\nSettings of the Batch activity {key} that keep its names:\n"
        yield from _arguments(arguments)
    yield "\nBefore the apply:\n"
    yield from (f"  {command}" for command in settings.pauses(old))


def _arguments(arguments: dict[str, object]) -> Iterator[str]:
    return (f"  {name} = {settings.hcl(value, '  ')}" for name, value in arguments.items())
