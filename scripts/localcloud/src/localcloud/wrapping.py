"""How a patch replaces a method."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

type Replacement = Callable[..., Any]


def wrap(owner: Any, name: str) -> Callable[[Replacement], Replacement]:
    """Replace `owner.name` with the decorated function.

    It gets the original as its first argument, then the caller's arguments. LocalStack marks its
    operations with attributes on functions, so the original's attributes are kept.
    """
    original = getattr(owner, name)
    is_static = isinstance(inspect.getattr_static(owner, name), staticmethod)

    def install(replacement: Replacement) -> Replacement:
        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs)

        setattr(owner, name, staticmethod(wrapper) if is_static else wrapper)
        return replacement

    return install
