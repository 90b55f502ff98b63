"""Who may wait although a slot is free: whose pool has no room for it, or who has no permit yet."""

from tests.unit.model.model import Model

from activity_dispatch.dispatch.rate_limiter import NEAR_SECONDS
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.store.rates import Mark


def may_wait(model: Model, arn: str) -> bool:
    """Return whether a task of this activity or target may wait although a slot is free."""
    return not has_room(model, arn) or not is_permitted(model, arn)


def has_room(model: Model, arn: str) -> bool:
    """Return whether its pool has room for one more job, besides what those ahead in line wait for."""
    size, activity = model.pool, model.tasks.activities[arn]
    if size is None:
        return True
    pool = model.stack.pool_store.read_pool("shared")
    own = pool.line.get(arn)
    ahead = [place.weight for place in pool.line.values() if own is None or place.ticket < own.ticket]
    return pool.used + sum(min(weight, size) for weight in (*ahead, activity.weight)) <= size


def is_permitted(model: Model, arn: str) -> bool:
    """Return whether a job may start now, and no request has been told to come later."""
    if model.rate is None:
        return True
    is_due = model.stack.rate_store.read(arn, Mark.START) <= model.clock() + NEAR_SECONDS
    return is_due and not any(_is_for(message.body, arn) for _, message in model.executions.later)


def _is_for(body: str, arn: str) -> bool:
    request = DispatchRequest.from_json(body)
    return request.activity_arn == arn and request.freed is None and request.task_id is None
