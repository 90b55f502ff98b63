"""Run asynchronous invocations concurrently, each exactly once.

LocalStack runs only (number of cores + 4) of a function's events at a time, lets the others'
visibility timeouts expire while they wait (so that they run twice), and calls the function through
a client that retries after 60 s (so that a longer invocation runs five times). It drops events
that it receives while the function is being updated.
"""

import threading
from collections.abc import Callable
from typing import Any

from botocore.config import Config
from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.services.lambda_.invocation.internal_sqs_queue import get_fake_sqs_client
from localstack.utils.threads import start_worker_thread

from localcloud.lambdas.capacity import function_limit
from localcloud.wrapping import wrap

# Lambda's longest timeout is 900 s, and an event may also wait for its turn.
_CLIENT = Config(read_timeout=3_600, retries={"total_max_attempts": 1}, max_pool_connections=100)
# The event is deleted once handled, whatever the result; it must not be redelivered before.
_VISIBILITY_SECONDS = 43_200
# How long an idle poll lasts, and so how long an update or deletion waits for the loop to end.
# Polling is free: the queue is in this process.
_IDLE_SECONDS = 1


def install() -> None:
    """Replace the poller's loop."""

    @wrap(Poller, "__init__")
    def init(original: Callable[..., None], poller: Poller, *args: Any, **kwargs: Any) -> None:
        original(poller, *args, **kwargs)
        function = poller.version_manager.function_version.id
        poller.lambda_client = connect_to(
            aws_access_key_id=function.account, region_name=function.region, config=_CLIENT
        ).lambda_
        poller.slots = threading.Semaphore(function_limit())

    @wrap(Poller, "run")
    def run(_original: Callable[..., None], poller: Poller, *_args: object, **_kw: object) -> None:
        while not poller._shutdown_event.is_set():
            # Take an event only when a slot is free to handle it.
            if poller.slots.acquire(timeout=1):
                _take_one(poller)


def _take_one(poller: Poller) -> None:
    answer = get_fake_sqs_client().receive_message(
        QueueUrl=poller.event_queue_url,
        WaitTimeSeconds=_IDLE_SECONDS,
        MaxNumberOfMessages=1,
        VisibilityTimeout=_VISIBILITY_SECONDS,
    )
    messages = answer["Messages"]
    if not messages:
        poller.slots.release()
        return
    # This includes an event that arrives while the loop ends: it runs on the version current then.
    start_worker_thread(lambda _: _handle(poller, messages[0]), name="lambda-event")


def _handle(poller: Poller, message: dict[str, Any]) -> None:
    try:
        poller.handle_message(message)
    finally:
        poller.slots.release()
