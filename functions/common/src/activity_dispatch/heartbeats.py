"""Heartbeats for a job while it runs, and the two reasons to end it early."""

import logging
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.callbacks import CallbackClient, TaskGone

LOG = logging.getLogger(__name__)

MAX_INTERVAL_SECONDS = 60.0
MIN_INTERVAL_SECONDS = 0.3


class EndReason(StrEnum):
    """Why a job is to end before it is done."""

    TASK_GONE = "nobody waits for the task any more"
    DEADLINE = "the job's own time limit is reached"


class Heartbeats:
    """Beats three times per HeartbeatSeconds, at most once a minute, from a thread of its own.

    When a heartbeat is refused, or `deadline` (on `clock`, seconds) has come, calls `end` once with
    the reason and stops. A heartbeat that fails otherwise is logged and the next one tried. With
    `at_once` the first one is sent without waiting.
    """

    def __init__(
        self,
        *,
        callbacks: CallbackClient,
        token: str,
        heartbeat_seconds: int,
        end: Callable[[EndReason], None],
        deadline: float | None = None,
        at_once: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Do nothing before `__enter__`."""
        self._callbacks, self._token, self._end = callbacks, token, end
        self._interval = min(MAX_INTERVAL_SECONDS, max(MIN_INTERVAL_SECONDS, heartbeat_seconds / 3))
        self._deadline, self._at_once, self._clock = deadline, at_once, clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeats", daemon=True)

    def __enter__(self) -> Self:
        """Start to beat."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait for a heartbeat under way: none follows the outcome."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        wait = 0.0 if self._at_once else self._wait_seconds()
        while not self._stopped.wait(wait):
            reason = self._reason_to_end()
            if reason is not None:
                self._end(reason)
                return
            wait = self._wait_seconds()

    def _wait_seconds(self) -> float:
        if self._deadline is None:
            return self._interval
        return min(self._interval, max(0.0, self._deadline - self._clock()))

    def _reason_to_end(self) -> EndReason | None:
        if self._deadline is not None and self._clock() >= self._deadline:
            return EndReason.DEADLINE
        try:
            self._callbacks.heartbeat(self._token)
        except TaskGone:
            return EndReason.TASK_GONE
        except (ClientError, BotoCoreError) as error:
            LOG.warning("heartbeat failed, the next one follows: %s", error)
        return None
