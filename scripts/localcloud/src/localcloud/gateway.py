"""Bind the gateway to the configured host only."""

from typing import Any

from localstack import config
from localstack.runtime.server import twisted as server

from localcloud.wrapping import wrap


def install() -> None:
    """Give TCP endpoints their interface: LocalStack passes only the port."""

    @wrap(server.endpoints, "TCP4ServerEndpoint")
    def endpoint(original: Any, reactor: Any, port: int, **kwargs: Any) -> Any:
        host = next((item.host for item in config.GATEWAY_LISTEN if item.port == port), "")
        kwargs.setdefault("interface", host)
        return original(reactor, port, **kwargs)
