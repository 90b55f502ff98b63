"""Stands in front of a client and passes each of its calls through a function."""

import functools
from collections.abc import Callable
from typing import Any

# They make no call of their own, but one for each page or look, through the client.
_THROUGH_CLIENT = ("get_paginator", "get_waiter")


class FaultyClient:
    """A client whose calls go through a function; everything else is the client's own."""

    def __init__(self, client: object, call: Callable[[str, Callable[[], Any]], Any]) -> None:
        """Pass the name of each call and what makes it to `call`."""
        self.__client, self.__call = client, call

    def __getattr__(self, name: str) -> Any:
        """Return the client's attribute, a method that makes calls as one that goes through."""
        value = getattr(self.__client, name)
        if name in _THROUGH_CLIENT:
            # Bound to this object, so that it takes the method to be called from here.
            return functools.partial(getattr(type(self.__client), name), self)
        if name.startswith("_") or not callable(value) or not self.__is_call(name):
            return value

        @functools.wraps(value)
        def call(*args: Any, **kwargs: Any) -> Any:
            return self.__call(name, lambda: value(*args, **kwargs))

        return call

    def __is_call(self, name: str) -> bool:
        # Clients of boto3 have other methods too, such as can_paginate and close.
        meta = getattr(self.__client, "meta", None)
        return meta is None or name in meta.method_to_api_mapping
