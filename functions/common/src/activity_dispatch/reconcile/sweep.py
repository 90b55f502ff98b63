"""One pass over the open tasks: describes jobs in chunks and takes each task's step."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.backends.base import Backend, InvalidBackendConfig
from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.observe.log_keys import keys_of, log_keys
from activity_dispatch.reconcile.cursor_keeper import CursorKeeper
from activity_dispatch.reconcile.describing import Describer
from activity_dispatch.reconcile.next_step import Seen, Step, next_step
from activity_dispatch.reconcile.ring import Chunk, TaskTurns
from activity_dispatch.reconcile.sources import Sources
from activity_dispatch.reconcile.steps import TaskSteps
from activity_dispatch.store.dispatch_queue import RequestsNotSent

LOG = logging.getLogger(__name__)

# A chunk that has begun may take this much longer than the pass: at 16 threads, each has 100 heartbeats to
# send at a sixteenth of the rate.
CHUNK_SECONDS = 8.0
EXPECTED = (ClientError, BotoCoreError, RequestsNotSent, InvalidBackendConfig, InvalidActivity)
# Steps for which the pass had no time left.
NOT_REACHED = "NOT_REACHED"
PROBLEM = "PROBLEM"


@dataclass(kw_only=True)
class Sweep:
    """Checks the tasks that `turns` hands out until `ends_at`, on `clock`.

    Heartbeats are sent by `threads` threads; steps that may take seconds are left to as many others, so
    that no heartbeat waits for them. With one thread, everything happens in order.
    """

    turns: TaskTurns
    sources: Sources
    describer: Describer
    steps: TaskSteps
    keeper: CursorKeeper
    clock: Callable[[], float]
    ends_at: float
    threads: int
    taken: Counter[str] = field(default_factory=Counter)
    not_asked: int = 0
    _later: list[Future[None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Check tasks until all are checked or the time is over."""
        ending = ThreadPoolExecutor(self.threads, "end") if self.threads > 1 else None
        try:
            with ThreadPoolExecutor(self.threads, "check") as pool:
                for done in [pool.submit(self._check_chunks, ending) for _ in range(self.threads)]:
                    done.result()
            wait(self._later, timeout=max(0.0, self.ends_at + CHUNK_SECONDS - self.clock()))
        finally:
            if ending is not None:
                ending.shutdown(cancel_futures=True)
        for future in self._later:
            if future.cancelled():
                self._count(NOT_REACHED)
                self.not_asked += 1
            else:
                future.result()

    def _check_chunks(self, ending: ThreadPoolExecutor | None) -> None:
        while self.clock() < self.ends_at and (chunk := self.turns.next()) is not None:
            try:
                self._check(chunk, ending)
            except Exception:
                # One chunk must not stop the others; the next pass begins with it.
                LOG.exception("%s: %d tasks not checked", chunk.ring.activity_arn, len(chunk.tasks))
            self.keeper.keep(self.turns)

    def _check(self, chunk: Chunk, ending: ThreadPoolExecutor | None) -> None:
        seen = [
            (one, source.backend)
            for source, records in self.sources.grouped(chunk.tasks)
            for one in self.describer.see(source, records)
        ]
        for count, (one, backend) in enumerate(seen):
            if self.clock() >= self.ends_at + CHUNK_SECONDS:
                self.turns.checked(chunk, count)
                return
            step = next_step(one)
            if ending is None or step in (Step.LEAVE, Step.BEAT):
                self._take(step, one, backend)
            else:
                self._defer(ending.submit(self._take, step, one, backend))
        self.turns.checked(chunk, len(seen))

    def _take(self, step: Step, seen: Seen, backend: Backend | None) -> None:
        name = step.name
        with log_keys(**keys_of(seen.record)):
            try:
                self.steps.take(step, seen, backend)
            except EXPECTED as error:
                LOG.error("task %s: %s, left for the next pass: %s", seen.record.task_id, name, error)
                name = PROBLEM
            except Exception:
                # One task must not stop the others' steps.
                LOG.exception("task %s: %s", seen.record.task_id, name)
                name = PROBLEM
        self._count(name)
        if name is PROBLEM and step is Step.BEAT:
            with self._lock:
                self.not_asked += 1

    def _defer(self, future: Future[None]) -> None:
        with self._lock:
            self._later.append(future)

    def _count(self, name: str) -> None:
        with self._lock:
            self.taken[name] += 1
