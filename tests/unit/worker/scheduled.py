"""A task that was dispatched to a function."""

import itertools
import json
from dataclasses import replace
from typing import Any

from activity_dispatch.aws.pacing import Retrying
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
        # Time passes with each look at the clock, so that waiting for a claim ends at once.
        patient = Retrying(limit_seconds=60, sleep=lambda _: None, clock=itertools.count().__next__)
        processor = replace(make_processor(handle, self.stack.runtime), retrying=patient)
        processor.run(Invocation.from_event(self.event), FakeLambdaContext(**context))

    @property
    def cause(self) -> Any:
        return json.loads(self.fake.answer["cause"])
