"""A task that was dispatched to a function."""

import json
from typing import Any

from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing import FakeLambdaContext
from activity_dispatch.worker.lambda_function import make_processor


class Scheduled:
    """A task that was dispatched to a function, and its outcome."""

    def __init__(self, stack, task_input: str = '{"n": 1}', heartbeat_seconds: int = 60) -> None:
        self.stack = stack
        self.fake = stack.stepfunctions.schedule(stack.arn, task_input)
        self.task_id = task_id_of(self.fake.token)
        task = stack.task(self.fake.token, task_input, heartbeat_seconds=heartbeat_seconds, poll_id="")
        stack.tasks.add(task, "lambda")
        self.event = {
            "task_id": self.task_id,
            "task_token": self.fake.token,
            "heartbeat_seconds": heartbeat_seconds,
            "input": json.loads(task_input),
        }

    def run(self, handle, **context) -> None:
        processor = make_processor(handle, self.stack.runtime)
        processor.run(Invocation.from_event(self.event), FakeLambdaContext(**context))

    @property
    def cause(self) -> Any:
        return json.loads(self.fake.answer["cause"])
