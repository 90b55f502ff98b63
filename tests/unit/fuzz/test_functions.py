"""The functions withstand any input: nothing is raised or lost, and a bad item harms no other."""

import json
import math
from dataclasses import replace
from typing import Any, NoReturn
from unittest.mock import Mock

from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.composed import Composed
from tests.unit.fuzz import mutation
from tests.unit.fuzz.recorded import ARN, BATCH, ECS, JOB_EVENTS, TOKEN, status_change
from tests.unit.fuzz.test_inputs import BACKENDS, JOB, TOO_MUCH

from activity_dispatch.backends import registry
from activity_dispatch.dispatch.batch import BatchHandler
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.jobs import JobId
from activity_dispatch.domain.tasks import Task
from activity_dispatch.lifecycle.canceller import ended_execution
from activity_dispatch.report.reporter import make_reporter
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.store.dispatch_queue import RequestReceiver

# A lone surrogate in the input: Python's and JSON's strings may contain one.
HALF = '{"job": {"command": ["\\ud800"]}, "half": "\ud800"}'
inputs = mutation.mutated({"n": 1, "job": JOB}).map(json.dumps) | st.sampled_from([*TOO_MUCH, HALF])


def stack_with(backend: Any) -> Composed:
    stack = Composed()
    stack.backend = backend
    stack.change_activity(allowed_overrides=tuple(JOB), max_concurrent_jobs=1)
    return stack


@mutation.many(1_000)
@given(st.sampled_from(BACKENDS), inputs)
@example(BACKENDS[0], HALF)
@example(BACKENDS[2], HALF)
def test_a_task_that_was_taken_is_started_or_settled(backend: Any, task_input: str) -> None:
    stack = stack_with(backend)
    scheduled = stack.stepfunctions.schedule(ARN, task_input)
    result = stack.dispatcher.handle(json.dumps({"activity_arn": ARN}))
    records = list(stack.tasks.records.values())
    if result is Result.STARTED:
        # An invocation records its own id when it claims the task.
        allowed = ("job", "arn") if backend.describes_jobs else (None,)
        assert [record.job_id in allowed for record in records] == [True]
    else:
        assert result is Result.REFUSED
        assert scheduled.answer is not None
        assert str(scheduled.answer["error"]).startswith("Dispatch.")
        assert stack.slot_store.holders[ARN] == set()


RECORD: dict[str, Any] = {
    "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
    "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
    "body": json.dumps({"activity_arn": ARN, "execution_arn": "arn:aws:states:::execution"}),
    "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
    "messageAttributes": {},
    "eventSource": "aws:sqs",
}
bodies = mutation.mutated(json.loads(RECORD["body"])).map(json.dumps) | st.text() | st.just("[" * 100_000)
records = mutation.mutated(RECORD) | bodies.map(lambda body: {**RECORD, "body": body})


class Here:
    """The current example's stack: HANDLER's threads are started once for all examples."""

    stack: Composed


HANDLER = BatchHandler(
    handle=lambda body, left: Here.stack.dispatcher.handle(body, left),
    queue=RequestReceiver(sqs=Mock(), url="queue"),
)


@mutation.many(1_000)
@given(st.lists(records, max_size=4), st.integers(0, 4))
@example([{**RECORD, "body": json.dumps({"activity_arn": ARN, "execution_arn": math.inf})}], 0)
def test_a_malformed_request_does_not_affect_the_others(some: list[Any], place: int) -> None:
    Here.stack = stack = Composed()
    for _ in range(9):
        stack.stepfunctions.schedule(ARN)
    batch = [named(record, str(number)) for number, record in enumerate(some)]
    batch.insert(place, {**RECORD, "messageId": "valid"})
    before = len([record for record in some if is_request(record)])
    response = HANDLER.run(batch, seconds_left=120)
    again = [item["itemIdentifier"] for item in response["batchItemFailures"]]
    assert "valid" not in again
    assert set(again) <= {str(n) for n in range(len(some))}
    assert len(stack.backend.started) == before + 1


def named(record: Any, name: str) -> Any:
    """Return the record with this message ID, if it has a valid one."""
    has_name = isinstance(record, dict) and isinstance(record.get("messageId"), str) and record["messageId"]
    return {**record, "messageId": name} if has_name else record


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name}: JSON has no such number, Python's has")


def is_request(record: Any) -> bool:
    """Return whether the record still asks for a task of our activity."""
    try:
        document = json.loads(record["body"], parse_constant=_refuse)
        ids = (record["messageId"], record["receiptHandle"])
        return bool(document["activity_arn"] == ARN) and all(isinstance(one, str) and one for one in ids)
    except (TypeError, ValueError, LookupError, RecursionError):
        return False


events = st.sampled_from([*JOB_EVENTS, status_change("ABORTED")]).flatmap(mutation.mutated) | mutation.values
lines = st.lists(
    st.text(max_size=30)
    | st.sampled_from(["[" * 100_000, "[NaN]", '{"n": ' + "1" * 5_000 + "}", '["\ud800"]', "[1e999]"])
    | mutation.values.map(json.dumps),
    max_size=3,
)


@mutation.many(1_500)
@given(st.sampled_from([ECS, BATCH]), st.sampled_from([0, 3, 137]), st.lists(events, max_size=2), lines)
def test_no_event_keeps_a_job_s_end_from_settling_its_task(
    end: Any, exit_code: int, before: list[Any], tail: list[str]
) -> None:
    stack = stack_with(BACKENDS[0] if end is BATCH else BACKENDS[1])
    scheduled = stack.stepfunctions.schedule(ARN)
    assert scheduled.token == TOKEN
    poll = stack.stepfunctions.get_activity_task(activityArn=ARN, workerName="6742f00000000001 dispatcher")
    task = Task(
        activity_arn=ARN,
        token=poll["taskToken"],
        input="{}",
        heartbeat_seconds=60,
        poll_id="6742f00000000001",
    )
    stack.tasks.add(task, "fake")
    stack.tasks.record_started(task.task_id, job_of(end))
    stack.logs.default = tail
    reporter = replace(make_reporter(stack.runtime), diagnose=registry.diagnose)
    canceller, last = make_canceller(stack.runtime), with_exit_code(end, exit_code)
    BACKENDS[0].client.describe_jobs.return_value = {"jobs": [last["detail"]] if end is BATCH else []}
    for event in [*(event for event in before if isinstance(event, dict)), last]:
        execution = ended_execution(event)
        if execution is None:
            reporter.handle(event)
        elif execution == scheduled.execution_arn:
            canceller.cancel_execution(execution)
    record = stack.tasks.get(task.task_id)
    assert record is not None
    assert record.outcome is not None


def job_of(event: Any) -> JobId:
    return JobId(event["detail"]["taskArn"] if event is ECS else event["detail"]["jobId"])


def with_exit_code(event: Any, exit_code: int) -> Any:
    """Return the event of a job's end with this code."""
    changed = json.loads(json.dumps(event))
    container = changed["detail"]["containers"][1] if event is ECS else changed["detail"]["container"]
    container["exitCode"] = exit_code
    return changed
