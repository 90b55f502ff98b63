"""End a chain at EventBridge, as AWS does; LocalStack's header would carry it through."""

from collections.abc import Callable
from typing import Any

from localstack.services.events.target import TargetSender
from localstack.utils.xray.trace_header import TraceHeader

from localcloud.wrapping import wrap


def install() -> None:
    """Take the lineage out of the header that a target gets."""

    @wrap(TargetSender, "process_event")
    def process_event(
        original: Callable[..., None], sender: TargetSender, event: Any, trace_header: TraceHeader
    ) -> None:
        begun = TraceHeader(
            root=trace_header.root,
            parent=trace_header.parent,
            sampled=trace_header.sampled,
            data=trace_header.data,
        )
        original(sender, event, begun)
