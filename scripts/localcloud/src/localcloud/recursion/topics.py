"""Pass a message's lineage on from a topic to functions; LocalStack does so only to queues."""

from collections.abc import Callable
from typing import Any

from localstack.services.sns.publisher import LambdaTopicPublisher, SnsPublishContext

from localcloud.recursion.carrying import carrying
from localcloud.recursion.lineage import HEADER
from localcloud.wrapping import wrap


def install() -> None:
    """Extend the delivery to a function."""

    @wrap(LambdaTopicPublisher, "_publish")
    def publish(
        original: Callable[..., None],
        publisher: LambdaTopicPublisher,
        context: SnsPublishContext,
        subscriber: Any,
    ) -> None:
        with carrying(context.request_headers.get(HEADER)):
            original(publisher, context, subscriber)
