"""Pass on the lineage of a change to an object; LocalStack does so only to queues."""

from collections.abc import Callable
from typing import Any

from localstack.services.s3.notifications import (
    LambdaNotifier,
    S3EventNotificationContext,
    SnsNotifier,
)

from localcloud.recursion.carrying import carrying
from localcloud.wrapping import wrap


def install() -> None:
    """Extend the notifications to functions and topics."""
    for notifier in (LambdaNotifier, SnsNotifier):
        wrap(notifier, "notify")(_notify)


def _notify(
    original: Callable[..., None],
    notifier: Any,
    ctx: S3EventNotificationContext,
    config: Any,
) -> None:
    with carrying(ctx.xray):
        original(notifier, ctx, config)
