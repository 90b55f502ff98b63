"""Takes the task that a dispatch request is for: off its activity, or out of the task table."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from activity_dispatch.dispatch.parked_tasks import NotParked, Own, ParkedTasks
from activity_dispatch.dispatch.rate_limiter import NoPermit
from activity_dispatch.dispatch.results import Result
from activity_dispatch.dispatch.taker import OutOfTime, Taker
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import Task

LOG = logging.getLogger(__name__)

_NOT_PARKED = {
    NotParked.GONE: Result.NO_TASK,
    NotParked.KNOWN: Result.KNOWN,
    NotParked.REFUSED: Result.REFUSED,
}


@dataclass(frozen=True, kw_only=True)
class TaskSource:
    """Takes tasks for requests, each with a slot where its activity has a limit; for many threads."""

    taker: Taker
    parked_tasks: ParkedTasks

    def take(
        self, activity: Activity, request: DispatchRequest, seconds_left: Callable[[], float]
    ) -> Task | Result | NoPermit:
        """Take the request's own task or one off the activity; without one, return the result.

        `seconds_left` is the time in which a poll may begin. Raises OutOfTime, ClientError, BotoCoreError,
        RequestsNotSent, NotAllowed, InvalidActivity and InvalidItem.
        """
        parked = None if request.task is None else self.parked_tasks.park(activity, request.task)
        if isinstance(parked, NotParked):
            return _NOT_PARKED[parked]
        own = Own(task_id=parked, bucket=self.parked_tasks.bucket_of(activity, request))
        if not activity.is_callback and not self.taker.pace.wait(seconds_left()):
            raise OutOfTime("polls are throttled: this one would begin too late")
        join = partial(self.parked_tasks.turns.join, activity, own.bucket)
        permit = self.taker.rates.take(activity)
        if isinstance(permit, NoPermit):
            if own.task_id is not None:
                # The request comes again without its task, and takes whichever share's turn it is then.
                join()
            return permit
        poll_id = self.taker.reserve(activity, is_missed=request.may_find_none, before_waiting=join)
        if poll_id is None:
            LOG.info("%s: no slot or no room in its pool is free", activity.arn)
            return Result.WAITING
        if activity.is_callback:
            task = self._take_waiting(activity, poll_id, own, seconds_left)
        else:
            task = self.taker.poll(activity, poll_id, seconds_left, permit)
        if task is not None:
            return task
        LOG.info("%s: no task", activity.arn)
        # Where others wait for the pool too, nobody polls in vain a second time.
        polls_again = activity.overflow_after_seconds is None and activity.pool is None
        return Result.NO_TASK if polls_again else Result.LEFT

    def _take_waiting(
        self, activity: Activity, poll_id: str, own: Own, seconds_left: Callable[[], float]
    ) -> Task | None:
        task, is_over = None, False
        try:
            # If this raises anything else, the slot stays taken: the task may hold it now. The reconciler
            # finds out.
            task = self.parked_tasks.take(
                activity, poll_id, own, check=lambda: self.taker.check(poll_id, seconds_left)
            )
        except OutOfTime:
            is_over = True
        if task is None:
            self.taker.free(activity, poll_id)
        if is_over:
            raise OutOfTime("looking for a waiting task took too long")
        return task
