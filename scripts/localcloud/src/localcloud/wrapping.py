"""How a mend takes the place of a method."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

type Replacement = Callable[..., Any]


def wrap(owner: Any, name: str) -> Callable[[Replacement], Replacement]:
    """Put the decorated function in the place of `owner.name`.

    It gets the original as its first argument and then whatever the caller gave. LocalStack marks
    its operations by attributes on functions, so those of the original are kept.
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
