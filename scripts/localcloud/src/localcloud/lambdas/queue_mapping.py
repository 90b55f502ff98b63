"""Let event source mappings from SQS handle several batches at a time.

LocalStack has one loop per mapping that receives a batch, waits for the function, and only then
polls again, after a pause of up to ten seconds if the queue was empty: a batch whose function
takes a minute blocks the queue. Here the function handles up to ScalingConfig.MaximumConcurrency
batches at once, and an idle mapping long-polls, so that it receives a message on arrival.
FIFO queues keep LocalStack's serial loop, which preserves their order.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from localstack.utils.threads import start_worker_thread

from localcloud.wrapping import wrap

LOG = logging.getLogger(__name__)
# AWS starts with five batches at a time and scales up to a thousand.
DEFAULT_CONCURRENCY = 10
_MOST_MESSAGES = 10
# How long an idle poll lasts, and so how long it takes to disable or delete a mapping.
_IDLE_SECONDS = 2


def install() -> None:
    """Replace the poller's step; the surrounding loop remains LocalStack's."""

    @wrap(EsmWorkerFactory, "get_esm_worker")
    def get_esm_worker(original: Callable[..., EsmWorker], factory: EsmWorkerFactory) -> EsmWorker:
        worker = original(factory)
        if isinstance(worker.poller, SqsPoller):
            scaling = worker.esm_config.get("ScalingConfig") or {}
            concurrency = scaling.get("MaximumConcurrency") or DEFAULT_CONCURRENCY
            worker.poller.slots = threading.Semaphore(concurrency)
        return worker

    @wrap(SqsPoller, "poll_events")
    def poll_events(original: Callable[..., None], poller: SqsPoller) -> None:
        if poller.is_fifo_queue:
            original(poller)
        elif poller.slots.acquire(timeout=1):
            _hand_over(poller)


def _hand_over(poller: SqsPoller) -> None:
    messages: list[dict[str, Any]] = []
    try:
        messages = _receive(poller)
    finally:
        if not messages:
            poller.slots.release()
    if messages:
        start_worker_thread(lambda _: _process(poller, messages), name="queue-batch")


def _receive(poller: SqsPoller) -> list[dict[str, Any]]:
    window = poller.maximum_batching_window
    arguments = {
        "QueueUrl": poller.queue_url,
        "MaxNumberOfMessages": min(poller.batch_size, _MOST_MESSAGES),
        "WaitTimeSeconds": min(window or _IDLE_SECONDS, 20),
        "MessageAttributeNames": ["All"],
        "MessageSystemAttributeNames": ["All"],
        # LocalStack's extensions: batches of more than ten, and waiting for a window to end.
        "sqs_override_max_message_count": poller.batch_size,
    }
    if window:
        arguments["sqs_override_wait_time_seconds"] = window
    return list(poller.source_client.receive_message(**arguments).get("Messages", []))


def _process(poller: SqsPoller, messages: list[dict[str, Any]]) -> None:
    try:
        poller.handle_messages(messages)
    except Exception as error:  # noqa: BLE001  (a failed batch is redelivered after its visibility timeout)
        LOG.warning("a batch from %s failed: %s", poller.source_arn, error)
    finally:
        poller.slots.release()
