"""Composes the dispatcher, and what takes tasks for it and the poller, from the runtime's parts."""

from activity_dispatch.dispatch.batch import BatchHandler
from activity_dispatch.dispatch.dispatcher import Dispatcher
from activity_dispatch.dispatch.freed_rooms import FreedRooms
from activity_dispatch.dispatch.next_attempts import NextAttempts
from activity_dispatch.dispatch.parked_tasks import ParkedTasks
from activity_dispatch.dispatch.rate_limiter import RateLimiter
from activity_dispatch.dispatch.taker import Taker
from activity_dispatch.dispatch.task_source import TaskSource
from activity_dispatch.dispatch.turns import Turns
from activity_dispatch.dispatch.workers_first import WorkersFirst
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.store.dispatch_queue import RequestReceiver


def make_dispatcher(runtime: Runtime, poller: str) -> Dispatcher:
    """Compose the dispatcher; `poller` is its name in execution histories."""
    return Dispatcher(
        activities=runtime.activities,
        source=TaskSource(
            taker=make_taker(runtime, poller),
            parked_tasks=ParkedTasks(
                tasks=runtime.tasks,
                turns=Turns(store=runtime.turn_store, tasks=runtime.tasks, clock=runtime.clock),
                answers=runtime.answers,
                settler=runtime.settler,
            ),
        ),
        freed_rooms=FreedRooms(tasks=runtime.tasks, pools=runtime.pools),
        workers_first=WorkersFirst(stepfunctions=runtime.clients.stepfunctions, clock=runtime.clock),
        starter=runtime.starter,
        next_attempts=NextAttempts(
            tasks=runtime.tasks, activities=runtime.activities, starter=runtime.starter
        ),
        backend_of=runtime.backend_of,
        requests=runtime.requests,
        clock=runtime.clock,
        metrics=runtime.metrics,
    )


def make_batch_handler(runtime: Runtime, poller: str, *, threads: int) -> BatchHandler:
    """Compose the handler of the dispatch queue's batches, with up to `threads` concurrent polls."""
    receiver = RequestReceiver(sqs=runtime.clients.sqs, url=runtime.settings.dispatch_queue_url)
    handle = make_dispatcher(runtime, poller).handle
    return BatchHandler(handle=handle, queue=receiver, threads=threads)


def make_taker(runtime: Runtime, poller: str, *, waits_for_slot: bool = True) -> Taker:
    """Compose the taker; `poller` is its name in execution histories."""
    return Taker(
        stepfunctions=runtime.clients.stepfunctions_poll,
        slots=runtime.slots,
        pools=runtime.pools,
        rates=RateLimiter(store=runtime.rate_store, clock=runtime.clock, sleep=runtime.sleep),
        poller=poller,
        waits_for_slot=waits_for_slot,
        clock=runtime.clock,
    )
