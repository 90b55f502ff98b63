"""Health checks, which Docker and ECS run in the same way.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

import threading
import time
from collections.abc import Callable

from localcloud.compute.cloud import Document
from localcloud.compute.containers import Container, HealthCheck

UNKNOWN = "UNKNOWN"
HEALTHY = "HEALTHY"
UNHEALTHY = "UNHEALTHY"

type OnChange = Callable[[str], None]


def health_check(definition: Document) -> HealthCheck | None:
    """Return a container definition's health check, with ECS's defaults."""
    given = definition.get("healthCheck")
    if not given or given["command"][0] == "NONE":
        return None
    kind, *words = given["command"]
    return HealthCheck(
        command=["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words,
        interval_seconds=given.get("interval") or 30,
        timeout_seconds=given.get("timeout") or 5,
        retries=given.get("retries") or 3,
        start_period_seconds=given.get("startPeriod") or 0,
    )


def watch(container: Container, check: HealthCheck, on_change: OnChange) -> None:
    """Check a container until it has ended; report each change of its health."""
    name = f"health-{container.id}"
    arguments = (container, check, on_change)
    threading.Thread(target=_watch, args=arguments, name=name, daemon=True).start()


def _watch(container: Container, check: HealthCheck, on_change: OnChange) -> None:
    begun = time.monotonic()
    health, failures = UNKNOWN, 0
    while container.wait(check.interval_seconds) is None:
        before = health
        if container.succeeds(check.command, check.timeout_seconds):
            health, failures = HEALTHY, 0
        elif health != UNKNOWN or time.monotonic() - begun >= check.start_period_seconds:
            failures += 1
            health = UNHEALTHY if failures >= check.retries else health
        if health != before:
            on_change(health)
