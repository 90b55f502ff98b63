"""Sends heartbeats while a job runs, and detects when to stop it early.

Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html
"""

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
# How soon a cancellation is noticed: half of the delay that users notice.
CHECK_SECONDS = 2.0


class Heartbeats:
    """Sends about three heartbeats per HeartbeatSeconds, in its own thread, at intervals of 0.3 to 60 s.

    Calls `stop` once, with the reason, and ends when a heartbeat is refused, when `is_cancelled`, called
    every `check_seconds`, returns True, or at `deadline` (in seconds of `clock`). Other errors are logged,
    and the next heartbeat is a new try. With `immediately` the first heartbeat is sent without a wait.
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
        check_seconds: float = CHECK_SECONDS,
        immediately: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the thread, which `__enter__` starts."""
        self._answers, self._token, self._stop = answers, token, stop
        self._interval = min(MAX_INTERVAL_SECONDS, max(MIN_INTERVAL_SECONDS, heartbeat_seconds / 3))
        self._deadline, self._is_cancelled, self._clock = deadline, is_cancelled, clock
        self._check_seconds = check_seconds
        self._beat_at = clock() + (0.0 if immediately else self._interval)
        self._stopped = threading.Event()
        # In the creator's context: its log lines have the same task's keys.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run,), name="heartbeats", daemon=True)

    def __enter__(self) -> Self:
        """Start the heartbeats."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and wait for a heartbeat in progress: none may follow the outcome."""
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
        return wait if self._is_cancelled is None else min(wait, self._check_seconds)

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
