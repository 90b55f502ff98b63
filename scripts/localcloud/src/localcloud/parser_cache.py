"""One request parser for each service, not one for each client.

LocalStack caches parsers by the identity of a service model. Each of its own clients has its own
model, so nearly every internal call rebuilds the service's routing table: this takes a quarter of
all the time under load, and the memory is never freed.
"""

import threading
from collections.abc import Callable
from typing import Any

from localstack.aws import skeleton
from localstack.aws.handlers import service as handlers

from localcloud.wrapping import wrap

_lock = threading.Lock()
_parsers: dict[tuple[str, str, str | None], Any] = {}


def install() -> None:
    """Look parsers up by the name of the model."""
    for module in (handlers, skeleton):
        _cache(module)


def _cache(module: Any) -> None:
    @wrap(module, "create_parser")
    def create_parser(
        original: Callable[..., Any], service: Any, protocol: str | None = None
    ) -> Any:
        key = (service.service_name, service.api_version, protocol)
        with _lock:
            if key not in _parsers:
                _parsers[key] = original(service, protocol)
            return _parsers[key]
