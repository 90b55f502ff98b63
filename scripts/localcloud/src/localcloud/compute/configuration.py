"""The environment variables that configure how containers run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from localcloud.settings import ID_VARIABLE

type RunnerKind = Literal["auto", "docker", "process"]

RUNNER_VARIABLE = "LOCALCLOUD_RUNNER"
IMAGES_VARIABLE = "LOCALCLOUD_IMAGES"
MAX_CONTAINERS_VARIABLE = "LOCALCLOUD_MAX_CONTAINERS"
STOP_TIMEOUT_VARIABLE = "LOCALCLOUD_STOP_TIMEOUT_SECONDS"
DOCKER_NETWORK_VARIABLE = "LOCALCLOUD_DOCKER_NETWORK"
ENDPOINT_VARIABLE = "LOCALCLOUD_CONTAINER_ENDPOINT"

_DEFAULT_MAX_CONTAINERS = max(16, 4 * (os.cpu_count() or 1))
# The grace period after SIGTERM that ECS and Batch apply by default.
_DEFAULT_STOP_TIMEOUT_SECONDS = 30.0
# SageMaker allows more, so that a container can save its model.
_DEFAULT_TRAINING_STOP_TIMEOUT_SECONDS = 120.0


class ConfigurationError(ValueError):
    """A variable is invalid; the message names it and says why."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """How containers run in this cloud.

    At most `max_containers` ECS tasks, Batch attempts and training jobs run at once; the others
    wait in PENDING, RUNNABLE or Starting. `images` is process mode's mapping, as JSON or as the
    path of a JSON file.
    """

    cloud_id: str
    runner: RunnerKind
    images: str
    max_containers: int
    stop_timeout_seconds: float
    training_stop_timeout_seconds: float
    docker_network: str
    endpoint: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Configuration":
        """Read the variables; ConfigurationError on the first invalid one."""
        gateway = environment.get("GATEWAY_LISTEN", "127.0.0.1:4566").split(",")[0]
        return cls(
            cloud_id=environment.get(ID_VARIABLE, ""),
            runner=_runner(environment.get(RUNNER_VARIABLE) or "auto"),
            images=environment.get(IMAGES_VARIABLE, ""),
            max_containers=int(
                _positive(environment, MAX_CONTAINERS_VARIABLE, _DEFAULT_MAX_CONTAINERS)
            ),
            stop_timeout_seconds=_positive(
                environment, STOP_TIMEOUT_VARIABLE, _DEFAULT_STOP_TIMEOUT_SECONDS
            ),
            training_stop_timeout_seconds=_positive(
                environment, STOP_TIMEOUT_VARIABLE, _DEFAULT_TRAINING_STOP_TIMEOUT_SECONDS
            ),
            docker_network=environment.get(DOCKER_NETWORK_VARIABLE) or "host",
            endpoint=environment.get(ENDPOINT_VARIABLE) or f"http://{gateway}",
        )


def _runner(text: str) -> RunnerKind:
    match text:
        case "auto" | "docker" | "process":
            return text
        case _:
            raise ConfigurationError(
                f"{RUNNER_VARIABLE} must be auto, docker or process, not {text!r}"
            )


def _positive(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise ConfigurationError(f"{name} must be a number above 0, not {text!r}")
    return value


@cache
def configuration() -> Configuration:
    """Return the configuration of this process."""
    return Configuration.from_environment(os.environ)
