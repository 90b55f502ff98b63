"""Detect that the client of a request has disconnected.

Twisted knows it, but LocalStack's request handlers, which run on worker threads, do not.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from rolo.serving.twisted import HeaderPreservingWSGIResponse
from twisted.internet import reactor

from localcloud.wrapping import wrap

_KEY = "localcloud.request"


def install() -> None:
    """Pass Twisted's request along in the WSGI environment."""

    @wrap(HeaderPreservingWSGIResponse, "__init__")
    def init(original: Callable[..., None], response: Any, *args: Any, **kwargs: Any) -> None:
        original(response, *args, **kwargs)
        response.environ[_KEY] = response.request


class Client:
    """The client that waits for the response to a request."""

    def __init__(self, context: RequestContext) -> None:
        """LocalStack's in-process requests have no connection and never disconnect."""
        self._request = context.request.environ.get(_KEY)

    @property
    def gone(self) -> bool:
        """Whether the client has disconnected."""
        return self._request is not None and bool(self._request._disconnected)

    def on_gone(self, act: Callable[[], None]) -> None:
        """Call `act` on Twisted's thread once the connection is lost."""
        if self._request is not None:
            reactor.callFromThread(self._watch, act)

    def _watch(self, act: Callable[[], None]) -> None:
        if self.gone:
            act()
        elif not self._request.finished:
            self._request.notifyFinish().addErrback(lambda _failure: act())
