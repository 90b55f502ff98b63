"""Composition root of the listener function."""

import functools
import logging
import os
from collections.abc import Mapping
from typing import Any

from activity_dispatch.dispatch.listener import Listener, make_listener
from activity_dispatch.runtime.function import make_function_runtime

LOG = logging.getLogger(__name__)


def handle(event: Mapping[str, Any], context: object) -> int:
    """Handle a batch of log events; return how many requests were sent."""
    sent = _listener().handle(event)
    LOG.info("%d requests sent", sent)
    return sent


@functools.cache
def _listener() -> Listener:
    runtime = make_function_runtime(os.environ, threads=1, also_required=("DISPATCH_QUEUE_URL",))
    return make_listener(runtime)
