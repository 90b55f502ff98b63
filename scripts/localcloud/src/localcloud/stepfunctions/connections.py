"""Knowing that the client of a request has gone away.

Twisted knows; LocalStack's request handlers, which run on worker threads, are not told.
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
    """Who waits for the answer to a request."""

    def __init__(self, context: RequestContext) -> None:
        """LocalStack's own in-process requests have no connection: their client never goes."""
        self._request = context.request.environ.get(_KEY)

    @property
    def gone(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._request is not None and bool(self._request._disconnected)

    def on_gone(self, act: Callable[[], None]) -> None:
        """Call `act` once the connection is lost; it is called on Twisted's thread."""
        if self._request is not None:
            reactor.callFromThread(self._watch, act)

    def _watch(self, act: Callable[[], None]) -> None:
        if self.gone:
            act()
        elif not self._request.finished:
            self._request.notifyFinish().addErrback(lambda _failure: act())
