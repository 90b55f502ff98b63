"""Heartbeats for a job while it runs, and the two reasons to end it early."""

import contextvars
import logging
import threading
import time
from collections.abc import Callable
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.stepfunctions.answers import TaskAnswers, TaskGone
from activity_dispatch.worker.stop_reason import StopReason

LOG = logging.getLogger(__name__)

MAX_INTERVAL_SECONDS = 60.0
MIN_INTERVAL_SECONDS = 0.3
# How soon a cancellation is seen where one is looked for: half of what a user notices.
LOOK_SECONDS = 2.0


class Heartbeats:
    """Beats three times per HeartbeatSeconds, at most once a minute, from a thread of its own.

    When a heartbeat is refused, `is_cancelled`, which is asked every `look_seconds`, says so, or
    `deadline` (on `clock`, seconds) has come, calls `stop` once with the reason and stops. What fails
    otherwise is logged and tried again the next time. With `at_once` the first heartbeat is sent
    without waiting.
    """

    def __init__(
        self,
        *,
        answers: TaskAnswers,
        token: str,
        heartbeat_seconds: int,
        stop: Callable[[StopReason], None],
        deadline: float | None = None,
        is_cancelled: Callable[[], bool] | None = None,
        look_seconds: float = LOOK_SECONDS,
        at_once: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Do nothing before `__enter__`."""
        self._answers, self._token, self._stop = answers, token, stop
        self._interval = min(MAX_INTERVAL_SECONDS, max(MIN_INTERVAL_SECONDS, heartbeat_seconds / 3))
        self._deadline, self._is_cancelled, self._clock = deadline, is_cancelled, clock
        self._look_seconds = look_seconds
        self._beat_at = clock() + (0.0 if at_once else self._interval)
        self._stopped = threading.Event()
        # In the context of whoever made it: its lines are about the same task.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run,), name="heartbeats", daemon=True)

    def __enter__(self) -> Self:
        """Start to beat."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait for a heartbeat under way: none follows the outcome."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._wait_seconds()):
            reason = self._reason_to_end()
            if reason is not None:
                self._stop(reason)
                return

    def _wait_seconds(self) -> float:
        moments = [self._beat_at]
        if self._deadline is not None:
            moments.append(self._deadline)
        wait = max(0.0, min(moments) - self._clock())
        return wait if self._is_cancelled is None else min(wait, self._look_seconds)

    def _reason_to_end(self) -> StopReason | None:
        if self._deadline is not None and self._clock() >= self._deadline:
            return StopReason.TIMED_OUT
        try:
            if self._clock() >= self._beat_at:
                self._beat_at = self._clock() + self._interval
                self._answers.heartbeat(self._token)
            elif self._is_cancelled is not None and self._is_cancelled():
                return StopReason.TASK_GONE
        except TaskGone:
            return StopReason.TASK_GONE
        except (ClientError, BotoCoreError) as error:
            LOG.warning("heartbeat failed, the next one follows: %s", error)
        return None
