"""All backends, by the name that Terraform's backend modules use."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.backend_names import current_name
from activity_dispatch.domain.jobs import Diagnosis

# Module names, not classes: importing only the backends in use keeps the cold start short.
_MODULES: Mapping[str, str] = {
    "lambda": "activity_dispatch.backends.lambda_.backend",
    "ecs": "activity_dispatch.backends.ecs.backend",
    "batch": "activity_dispatch.backends.batch.backend",
    "sagemaker": "activity_dispatch.backends.sagemaker.backend",
}


def names() -> tuple[str, ...]:
    """Return the names of all backends."""
    return tuple(_MODULES)


def create(name: str, config: Mapping[str, Any], clients: Clients) -> Backend:
    """Create the named backend with this configuration.

    Raises InvalidBackendConfig for an unknown name or an invalid configuration.
    """
    module = _MODULES.get(current_name(name))
    if module is None:
        raise InvalidBackendConfig(f"backend: {name!r}; allowed are {', '.join(names())}")
    return cast("Backend", import_module(module).create(config, clients))


def diagnose(event: Mapping[str, Any]) -> Diagnosis | None:
    """Return the diagnosis of the first backend that recognizes the event, None if none does."""
    for module in _MODULES.values():
        diagnosis = cast("Diagnosis | None", import_module(module).diagnose(event))
        if diagnosis is not None:
            return diagnosis
    return None
