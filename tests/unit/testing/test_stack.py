"""How a user of the library tests with a stack in memory: a function, a failure, a limit."""

import json

from activity_dispatch import JobError
from activity_dispatch.dispatch.assembly import make_dispatcher
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.invocation import Invocation, payload_of
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.testing import FakeLambdaContext, InMemoryStack
from activity_dispatch.worker.lambda_function import make_processor

SETTINGS = Settings(task_table="tasks", payload_bucket="payloads", dispatch_queue_url="queue")


def runtime_over(stack: InMemoryStack) -> Runtime:
    return Runtime(settings=SETTINGS, **stack.parts())


def count_pages(job_input: dict[str, int]) -> dict[str, int]:
    """The user's function."""
    if job_input["pages"] > 500:
        raise JobError("Report.TooLong", "at most 500 pages")
    return {"pages_done": job_input["pages"]}


def processed(stack: InMemoryStack, pages: int) -> dict[str, str]:
    """Run one task through the dispatcher and the user's function; return Step Functions' answer."""
    scheduled = stack.stepfunctions.schedule(stack.arn, json.dumps({"pages": pages}))
    runtime = runtime_over(stack)
    request = json.dumps({"activity_arn": stack.arn})
    assert make_dispatcher(runtime, "test").handle(request) is Result.STARTED
    (task,) = stack.backend.started.values()
    invocation = Invocation.from_event(json.loads(payload_of(task)))
    make_processor(count_pages, runtime).run(invocation, FakeLambdaContext())
    assert scheduled.answer is not None
    return scheduled.answer


def test_a_function_ends_its_task_with_what_it_returns() -> None:
    assert json.loads(processed(InMemoryStack(), 3)["output"]) == {"pages_done": 3}


def test_a_function_ends_its_task_with_its_own_error() -> None:
    assert processed(InMemoryStack(), 501)["error"] == "Report.TooLong"


def test_an_activity_can_have_limits() -> None:
    stack = InMemoryStack()
    stack.change_activity(max_concurrent_jobs=1)
    dispatcher = make_dispatcher(runtime_over(stack), "test")
    request = json.dumps({"activity_arn": stack.arn})
    for _ in range(2):
        stack.stepfunctions.schedule(stack.arn)
    assert [dispatcher.handle(request) for _ in range(2)] == [Result.STARTED, Result.WAITING]
