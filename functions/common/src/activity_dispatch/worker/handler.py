"""Turns a plain function into the handler of a processing Lambda function."""

import functools
import os
from collections.abc import Callable

from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.runtime.function import make_function_runtime
from activity_dispatch.runtime.lambda_context import LambdaContext
from activity_dispatch.worker.lambda_function import Processor, make_processor


class ProcessingHandler[Input, Output]:
    """The handler of a processing Lambda function; `plain` is the user's function, as it was."""

    def __init__(self, plain: Callable[[Input], Output]) -> None:
        """Keep the function. The first call creates the clients: an import needs no environment."""
        self.plain = plain
        self.__name__ = getattr(plain, "__name__", type(plain).__name__)
        functools.update_wrapper(self, plain)

    def __call__(self, event: object, context: LambdaContext) -> None:
        """Process the task in the event. Raises InvalidEvent and InvalidSettings."""
        self._processor.run(Invocation.from_event(event), context)

    @functools.cached_property
    def _processor(self) -> Processor:
        return make_processor(self.plain, make_function_runtime(os.environ, threads=2))


def processing_handler[Input, Output](handle: Callable[[Input], Output]) -> ProcessingHandler[Input, Output]:
    """Turn `handle(input) -> output` into the handler of a processing Lambda function.

    The input is the activity's, parsed from JSON; the output must be accepted by `json.dumps`. While the
    function runs, heartbeats are sent. An exception fails the task as `Job.Failed`, a JobError under
    its own name. An output over 256 KiB is stored in S3, and the task's output refers to it. The function
    is interrupted when nobody waits for the task any more or the function's time limit is near.
    `activity_dispatch.task` reports its progress and tells it how much time is left.
    """
    return ProcessingHandler(handle)
