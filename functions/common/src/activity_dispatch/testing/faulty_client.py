"""Wraps a client and passes each of its calls through a function."""

import functools
from collections.abc import Callable
from typing import Any

# These make no call themselves; they call the client for each page or check.
_THROUGH_CLIENT = ("get_paginator", "get_waiter")


class FaultyClient:
    """A client whose calls go through a function; all other attributes are the client's."""

    def __init__(self, client: object, call: Callable[[str, Callable[[], Any]], Any]) -> None:
        """Pass each call's name, and a function that makes it, to `call`."""
        self.__client, self.__call = client, call

    def __getattr__(self, name: str) -> Any:
        """Return the client's attribute, wrapped if it is a method that makes a call."""
        value = getattr(self.__client, name)
        if name in _THROUGH_CLIENT:
            # Bound to this object, so that it calls the wrapped method.
            return functools.partial(getattr(type(self.__client), name), self)
        if name.startswith("_") or not callable(value) or not self.__is_call(name):
            return value

        @functools.wraps(value)
        def call(*args: Any, **kwargs: Any) -> Any:
            return self.__call(name, lambda: value(*args, **kwargs))

        return call

    def __is_call(self, name: str) -> bool:
        # boto3 clients also have methods that make no call, such as can_paginate and close.
        meta = getattr(self.__client, "meta", None)
        return meta is None or name in meta.method_to_api_mapping
