"""What is written of a start, and when not."""

import json

from activity_dispatch.dispatch.dispatcher import Result
from activity_dispatch.domain.tasks import TaskState, task_id_of
from activity_dispatch.testing.backend import FakeBackend


class Untold(FakeBackend):
    """A service that tells nothing of jobs under way, as Lambda does."""

    @property
    def max_job_seconds(self) -> int:
        return 900


def test_where_the_job_s_claim_tells_of_the_start_it_is_not_written_twice(world) -> None:
    world.backend = Untold()
    scheduled = world.stepfunctions.schedule(world.arn)
    assert world.dispatcher.handle(json.dumps({"activity_arn": world.arn})) is Result.STARTED
    record = world.tasks.get(task_id_of(scheduled.token))
    assert (record.state, record.job_id) == (TaskState.STARTING, None)


def test_a_start_that_is_made_again_is_written(world) -> None:
    backend = Untold()
    task = world.task("token", "null")
    world.tasks.add(task, "fake")
    world.dispatcher.starter.start(world.activity, backend, task, again=True)
    assert world.tasks.get(task.task_id).state is TaskState.STARTED
