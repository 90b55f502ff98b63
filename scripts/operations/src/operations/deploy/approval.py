"""Questions to the person at the terminal. AUTO_APPROVE=1 answers all of them."""

from __future__ import annotations

import os
import sys

from operations.errors import OperationError

VARIABLE = "AUTO_APPROVE"


def ask(question: str, *, answer: str) -> None:
    """Return when the question is answered with `answer`; raise OperationError otherwise."""
    given = os.environ.get(VARIABLE, "")
    if given == "1":
        return
    if given not in ("", "0"):
        raise OperationError(f"{VARIABLE} must be 1 or 0, not {given!r}")
    if not sys.stdin.isatty():
        raise OperationError(f"there is no terminal to ask at: {VARIABLE}=1 goes on without asking")
    print(f"{question} Type {answer!r} to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != answer:
        raise OperationError("not approved: nothing was changed")
