"""Keep messages that would be one invocation too many, and pass on the others' lineage.

An invocation has one lineage, and AWS does not say which, if its messages come from several
chains. Here it has of each function the highest count: a loop is noticed whatever its messages are
batched with.
"""

from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from localstack.services.lambda_.event_source_mapping.senders.lambda_sender import LambdaSender

from localcloud.recursion.carrying import carrying
from localcloud.recursion.detection import refuses
from localcloud.recursion.lineage import header_of, merged, of_header
from localcloud.wrapping import wrap

_HEADER = "AWSTraceHeader"


def install() -> None:
    """Look at each message before its function is invoked, and at each batch as it is sent."""

    @wrap(EsmWorkerFactory, "get_esm_worker")
    def get_esm_worker(original: Callable[..., EsmWorker], factory: EsmWorkerFactory) -> EsmWorker:
        worker = original(factory)
        arn = worker.esm_config["FunctionArn"]
        worker.poller.function_arn = ":".join(arn.split(":")[:7])
        return worker

    @wrap(SqsPoller, "handle_messages")
    def handle_messages(
        original: Callable[..., None], poller: SqsPoller, messages: list[dict[str, Any]]
    ) -> None:
        if delivered := _delivered(poller, messages):
            original(poller, delivered)

    @wrap(LambdaSender, "send_events")
    def send_events(original: Callable[..., Any], sender: LambdaSender, events: Any) -> Any:
        records = events if isinstance(events, list) else []
        lineages = [of_header(record.get("attributes", {}).get(_HEADER)) for record in records]
        with carrying(header_of(merged(lineages))):
            return original(sender, events)


def _delivered(poller: SqsPoller, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages that are not refused; the others become visible again, as on AWS."""
    allowed = []
    for message in messages:
        lineage = of_header(message.get("Attributes", {}).get(_HEADER))
        if not refuses(poller.function_arn, lineage):
            allowed.append(message)
        elif poller.is_fifo_queue:  # Nothing may overtake it.
            break
    return allowed
