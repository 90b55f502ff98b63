"""The backends that exist, by the name that Terraform's backend modules give."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.jobs import Diagnosis

# Modules, not classes: only the backends in use are imported, which keeps the cold start short.
_MODULES: Mapping[str, str] = {
    "lambda": "activity_dispatch.backends.lambda_.backend",
    "fargate": "activity_dispatch.backends.fargate.backend",
    "batch": "activity_dispatch.backends.batch.backend",
    "sagemaker": "activity_dispatch.backends.sagemaker.backend",
}


def names() -> tuple[str, ...]:
    """Return the names of all backends."""
    return tuple(_MODULES)


def create(name: str, config: Mapping[str, Any], clients: Clients) -> Backend:
    """Return the named backend with this configuration.

    Raises InvalidBackendConfig for an unknown name or a wrong configuration.
    """
    if name not in _MODULES:
        raise InvalidBackendConfig(f"backend: {name!r}; there are: {', '.join(names())}")
    return cast("Backend", import_module(_MODULES[name]).create(config, clients))


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return what the first backend that knows the event says of it; None if none does."""
    for module in _MODULES.values():
        diagnosis = cast("Diagnosis | None", import_module(module).diagnose(event))
        if diagnosis is not None:
            return diagnosis
    return None
