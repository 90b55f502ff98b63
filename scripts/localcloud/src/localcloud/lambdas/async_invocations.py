"""Asynchronous invocations run side by side, each of them once.

LocalStack runs as many of a function's events at a time as there are cores plus four, lets the
others wait where their visibility timeout runs out (so that they run twice), and calls the function
by a client that gives up after 60 s and tries again (so that a longer one runs five times). What it
receives while the function is updated it drops.
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

# Lambda's longest timeout is 900 s; an event may also wait for its turn.
_CLIENT = Config(read_timeout=3_600, retries={"total_max_attempts": 1}, max_pool_connections=100)
# The event is deleted when it was handled, whatever came of it: it must not come back before.
_VISIBILITY_SECONDS = 43_200
# How long an idle poll lasts: also how long an update or a deletion waits for the loop's end. It
# asks a queue in this process, which costs nothing.
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
            # An event is taken only when somebody is free to handle it.
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
    # Also what came while the loop was told to end: it runs on whatever version there is then.
    start_worker_thread(lambda _: _handle(poller, messages[0]), name="lambda-event")


def _handle(poller: Poller, message: dict[str, Any]) -> None:
    try:
        poller.handle_message(message)
    finally:
        poller.slots.release()
