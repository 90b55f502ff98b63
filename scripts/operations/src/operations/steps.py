"""Tells the person at the terminal what happens, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say that something begins, and after it how many seconds it took."""
    begun = time.monotonic()
    say(f"{what} ...")
    yield
    say(f"{what}: {time.monotonic() - begun:.1f} s")


def say(line: str) -> None:
    """Print a line at once, even into a pipe."""
    print(line, flush=True)
