"""Faults in deliveries to functions: EventBridge, SQS and Lambda may repeat and delay them."""

import copy
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from localstack.services.events.target import TargetSender
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from localstack.services.lambda_.invocation.event_manager import Poller
from localstack.utils.threads import start_worker_thread

from localcloud.faults.plan import CURRENT, DELIVER
from localcloud.wrapping import wrap


@cache
def install() -> None:
    """Consult the plan on each delivery, from the first plan on."""

    @wrap(TargetSender, "process_event")
    def process_event(
        original: Callable[..., None], sender: TargetSender, event: Any, trace_header: Any
    ) -> None:
        _deliver("events", event, lambda given: original(sender, given, trace_header))

    @wrap(SqsPoller, "handle_messages")
    def handle_messages(
        original: Callable[..., None], poller: SqsPoller, messages: list[dict[str, Any]]
    ) -> None:
        _deliver("sqs", messages, lambda given: original(poller, given))

    @wrap(Poller, "handle_message")
    def handle_message(
        original: Callable[..., None], poller: Poller, message: dict[str, Any]
    ) -> None:
        # Lambda may deliver an asynchronous invocation twice, under the same request id.
        _deliver("lambda", message, lambda given: original(poller, given))


def _deliver(service: str, delivery: Any, deliver: Callable[[Any], None]) -> None:
    rule = CURRENT.plan.decide(service, DELIVER)
    if rule and rule.fault == "duplicate":
        second = copy.deepcopy(delivery)
        start_worker_thread(lambda _: deliver(second), name="second-delivery")
    elif rule:
        time.sleep(rule.seconds)
    deliver(delivery)
