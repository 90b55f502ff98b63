"""The local cloud's images: a test that changes them waits for what goes on in the background."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

_free = Condition()
_users = 0


@contextmanager
def used() -> Iterator[None]:
    """Start containers in it: the images stay as they are."""
    global _users
    with _free:
        _users += 1
    try:
        yield
    finally:
        with _free:
            _users -= 1
            _free.notify_all()


@contextmanager
def changed() -> Iterator[None]:
    """Change the images in it, and restore them: nobody else uses any."""
    with _free:
        _free.wait_for(lambda: _users == 0)
        yield
