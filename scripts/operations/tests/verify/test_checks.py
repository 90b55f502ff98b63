"""Each check can fail: with a world that does it wrong, it says what is wrong."""

from __future__ import annotations

import itertools
import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from scripts.operations.tests.verify.worlds import ended, environment, world

from operations.verify.checks import chain, ends, flows, one_at_a_time, questions
from operations.verify.job import MAX_TURNS
from operations.verify.results import CheckFailed, Finding, NotApplicable

if TYPE_CHECKING:
    from collections.abc import Callable

    from activity_dispatch_cli.execution import Ended
    from operations.verify.world import World

LINE = "dispatch-dev-verify-0a1b a line before the failure"
RIGHT = {"message": "on purpose", "exit_code": 3, "log_tail": [f"INFO {LINE}"]}
S3 = SimpleNamespace(put_object=lambda **_: None)
NO_METRICS = SimpleNamespace(get_metric_statistics=lambda **_: {"Datapoints": []})


def failed(error: str = "Job.Failed", **cause: Any) -> Ended:
    return ended(status="FAILED", error=error, cause={**RIGHT, **cause})


def jsonata(world: World) -> Finding:
    return flows.jsonata(world, "jsonata")


@pytest.mark.parametrize(
    ("check", "end", "message"),
    [
        (jsonata, ended({"n": 1.5}), "came back instead of"),
        (jsonata, ended(status="FAILED", error="States.Runtime"), "States.Runtime"),
        (flows.training, ended({"metrics": {"accuracy": 0.75}}), "no model_s3_uri"),
        (flows.training, ended({"model_s3_uri": "s3://a/b", "metrics": {}}), "accuracy is 0.75"),
        (
            flows.training,
            ended({"model_s3_uri": "s3://a/b", "metrics": {"accuracy": 0.75}}),
            "no billable_seconds",
        ),
        (ends.failure_function, ended(), "ended SUCCEEDED"),
        (ends.failure_function, failed("Job.TimedOut"), "Job.TimedOut instead of Job.Failed"),
        (ends.failure_function, failed(log_tail=[]), "log lines in the cause lack"),
        (ends.failure_function, failed(message="other"), "the message lacks 'on purpose'"),
        (ends.failure_training, failed(log_tail=["other"]), "log lines in the cause lack"),
        (ends.error_of_a_branch, ended({"caught": "by States.ALL", "error": "x"}), "would not work"),
    ],
)
def test_a_wrong_end_is_found(check: Callable[[World], Finding], end: Ended, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        check(world(end))


def test_the_right_ends_pass() -> None:
    assert ends.failure_function(world(failed())).detail == "Job.Failed with 1 log lines"
    output = {"model_s3_uri": "s3://a/b", "metrics": {"accuracy": 0.75}, "billable_seconds": 7}
    assert flows.training(world(ended(output))).value == {"billable_seconds": 7}
    branch = ended({"caught": "by name", "error": "Verify.Named"})
    assert ends.error_of_a_branch(world(branch)).value == {"name_kept": True}


@pytest.mark.parametrize(
    ("first", "second", "count", "message"),
    [
        ("Job.Failed", ended(), 1, "instead of Verify.Later"),
        ("Verify.Later", failed("States.Timeout"), 1, "FAILED: States.Timeout"),
        ("Verify.Later", ended(), 0, "the execution counts a redrive"),
    ],
)
def test_a_redrive_that_does_not_work_is_found(first: str, second: Ended, count: int, message: str) -> None:
    states = SimpleNamespace(
        redrive_execution=lambda **_: None, describe_execution=lambda **_: {"redriveCount": count}
    )
    with pytest.raises(CheckFailed, match=message):
        ends.redrive(world(failed(first), second, clients={"stepfunctions": states, "s3": S3}))


@pytest.mark.parametrize(
    ("error", "end", "message"),
    [
        ("Verify.Again", ended(status="FAILED", error="Verify.Again"), "FAILED: Verify.Again"),
        ("Job.Failed", ended(), "a job has failed with Verify.Again"),
    ],
)
def test_a_retry_that_does_not_work_is_found(error: str, end: Ended, message: str) -> None:
    event = {"id": 1, "type": "ActivityFailed", "activityFailedEventDetails": {"error": error}}
    pages = SimpleNamespace(paginate=lambda **_: [{"events": [event]}])
    states = SimpleNamespace(get_paginator=lambda _: pages)
    with pytest.raises(CheckFailed, match=message):
        ends.retry(world(end, clients={"stepfunctions": states, "s3": S3}))


def test_the_examples_count_is_compared_with_ours() -> None:
    wrong = {"summary": {"words": 1}}
    with pytest.raises(CheckFailed, match="words is 1, but our own count is 4000"):
        flows.example(world(ended(wrong), clients={"s3": S3}), "lambda")


def test_a_job_that_did_not_run_now_is_found() -> None:
    with pytest.raises(CheckFailed, match="the output is no time of now: 0"):
        flows.wake_up(world(ended(0, kinds="ActivityScheduled")), "requests")
    moment = ended(0, kinds="ActivityScheduled").events[0]["timestamp"].timestamp()
    found = flows.wake_up(world(ended(moment + 2, kinds="ActivityScheduled")), "requests")
    assert found.value["scheduled_to_job_seconds"] == 2
    found = flows.wake_up(world(ended(moment + 2, kinds="ActivityScheduled")), "callback")
    assert found.detail == "the job ran; the history has no TaskScheduled"


def spans(*, overlap: bool) -> list[Ended]:
    width = 1.5 if overlap else 0.5
    return [ended([number, number + width]) for number in range(one_at_a_time.TASKS)]


def test_two_jobs_at_once_are_found() -> None:
    clients = {"cloudwatch": NO_METRICS}
    made = SimpleNamespace(functions={"dispatcher": {"arn": "arn:aws:lambda:r:a:function:dispatcher"}})
    with pytest.raises(CheckFailed, match=r"two jobs ran at once, for 0\.50 s"):
        one_at_a_time.forty_tasks(world(*spans(overlap=True), clients=clients, stack=made))
    found = one_at_a_time.forty_tasks(world(*spans(overlap=False), clients=clients, stack=made))
    assert found.value == {"seconds": 39.5, "longest_pause_seconds": 0.5}
    dropped = SimpleNamespace(get_metric_statistics=lambda **_: {"Datapoints": [{"Sum": 3.0}]})
    there = world(*spans(overlap=False), clients={"cloudwatch": dropped}, stack=made)
    with pytest.raises(CheckFailed, match=r"dropped invocations as recursive: {'dispatcher': 3\.0}"):
        one_at_a_time.forty_tasks(there)
    lost = [*spans(overlap=False)[:-1], ended(status="TIMED_OUT")]
    with pytest.raises(CheckFailed, match="1 of 40 did not succeed: TIMED_OUT"):
        one_at_a_time.forty_tasks(world(*lost, clients=clients, stack=made))


def test_an_activity_that_takes_no_command_is_left_out() -> None:
    arn = environment().activities["batch"]
    activity = SimpleNamespace(arn=arn, allowed_overrides=("cpu",))
    there = world(ended(), overview=SimpleNamespace(activities=[activity]))
    with pytest.raises(NotApplicable, match="allowed_overrides of the activity batch lacks command"):
        ends.abort_container(there, "batch")


def test_an_abort_that_lets_the_function_finish_is_found() -> None:
    logs = SimpleNamespace(
        get_paginator=lambda _: SimpleNamespace(
            paginate=lambda **given: [
                {
                    "events": [
                        {
                            "message": json.dumps(
                                {"message": given.get("filterPattern"), "aws_request_id": "r1"}
                            ),
                            "logStreamName": "s",
                        },
                        {
                            "message": json.dumps({"type": "platform.report", "record": {"requestId": "r1"}}),
                            "timestamp": int(time.time() * 1000),
                        },
                    ]
                }
            ]
        )
    )
    states = SimpleNamespace(stop_execution=lambda **_: None)
    made = SimpleNamespace(job_log_group="/aws/lambda/job", stack=None)
    there = world(ended(status="ABORTED"), clients={"logs": logs, "stepfunctions": states}, **vars(made))
    with pytest.raises(CheckFailed, match="slept to its end"):
        ends.abort_function(there)


def test_the_clock_has_either_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "UNPOLLED_SECONDS", 0.01)
    states = SimpleNamespace(
        describe_execution=lambda **_: {"status": "RUNNING"}, get_activity_task=lambda **_: {"taskToken": "t"}
    )
    made = {"unserved_activities": {"clock": "arn"}}
    end = ended(status="TIMED_OUT")
    found = questions.timeout_while_unpolled(world(end, clients={"stepfunctions": states}, **made))
    assert found.value["ticks_while_unpolled"] is False
    states.describe_execution = lambda **_: {"status": "TIMED_OUT"}
    monkeypatch.setattr(questions, "UNPOLLED_SECONDS", 60)
    found = questions.timeout_while_unpolled(world(end, clients={"stepfunctions": states}, **made))
    assert found.value == {"ticks_while_unpolled": True, "ended": "TIMED_OUT", "seconds": 20.0}
    monkeypatch.setattr(questions, "UNPOLLED_SECONDS", 0.01)
    states.describe_execution, states.get_activity_task = lambda **_: {"status": "RUNNING"}, lambda **_: {}
    with pytest.raises(CheckFailed, match="neither timed out nor there"):
        questions.timeout_while_unpolled(world(end, clients={"stepfunctions": states}, **made))


def test_a_line_that_never_comes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"events": [], "nextForwardToken": "t"}
    logs = SimpleNamespace(put_log_events=lambda **_: None, get_log_events=lambda **_: pages)
    moments = itertools.count(0, 50)
    monkeypatch.setattr(questions.time, "time", lambda: next(moments))  # type: ignore[attr-defined]
    with pytest.raises(CheckFailed, match="line 0 is not readable after 120 s"):
        questions.log_lag(world(ended(), clients={"logs": logs}, lag_log_group="g"))


@pytest.mark.parametrize(("turns", "letters", "ended_by"), [(16, 1, True), (MAX_TURNS, 0, False)])
def test_the_turns_of_a_chain_are_counted(turns: int, letters: int, ended_by: bool) -> None:
    event = {"message": f"[INFO] turn {turns}"}
    logs = SimpleNamespace(
        get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"events": [event]}])
    )
    count = {"Attributes": {"ApproximateNumberOfMessages": str(letters)}}
    sqs = SimpleNamespace(send_message=lambda **_: None, get_queue_attributes=lambda **_: count)
    queues = {"chain": "q", "chain-dead-letters": "d"}
    there = world(ended(), clients={"logs": logs, "sqs": sqs}, queue_urls=queues, chain_log_group="g")
    found = chain.recursion(there).value
    assert (found["ended"], found["turns"], found["dead_letters"]) == (ended_by, turns, letters)


def test_a_chain_that_breaks_by_itself_is_no_answer() -> None:
    events = [{"message": "turn 1"}, {"message": "turn 1 failed: AccessDenied"}]
    logs = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"events": events}]))
    count = {"Attributes": {"ApproximateNumberOfMessages": "1"}}
    sqs = SimpleNamespace(send_message=lambda **_: None, get_queue_attributes=lambda **_: count)
    queues = {"chain": "q", "chain-dead-letters": "d"}
    there = world(ended(), clients={"logs": logs, "sqs": sqs}, queue_urls=queues, chain_log_group="g")
    with pytest.raises(CheckFailed, match="broken by an error of its own"):
        chain.recursion(there)
