"""A stop between two steps of an execution ends it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from cloud import Cloud, wait_for
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import EvalTimeoutError
from localstack.services.stepfunctions.asl.component.program.program import Program
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel.branch_worker import (  # noqa: E501
    BranchWorker,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel.branches_decl import (  # noqa: E501
    BranchWorkerPool,
)
from localstack.services.stepfunctions.asl.eval.callback.callback import ActivityCallbackEndpoint
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext
from localstack.services.stepfunctions.asl.eval.states import StateData
from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker
from states import activity_state

from localcloud.stepfunctions import clocks, stopping

EXECUTIONS = 60
LATEST_STOP = 0.66


def test_stops_at_any_moment_end_executions(cloud: Cloud) -> None:
    """Stop executions with a request and an activity in a branch, as in the product's module."""
    client, (url, _) = cloud.client("stepfunctions"), cloud.queue()
    machines = [cloud.machine(shape(url, cloud.activity())) for shape in (parallel, mapped)]

    def stopped(number: int) -> str:
        execution = cloud.execute(machines[number % 2], {"items": [1, 2]})
        begun, delay = time.monotonic(), LATEST_STOP * number / EXECUTIONS
        wait_for(lambda: time.monotonic() >= begun + delay)
        client.stop_execution(executionArn=execution)
        return execution

    with ThreadPoolExecutor(12) as pool:
        executions = list(pool.map(stopped, range(EXECUTIONS)))
    assert [cloud.ended(execution)["status"] for execution in executions] == (
        ["ABORTED"] * EXECUTIONS
    )
    wait_for(lambda: all("ExecutionAborted" in cloud.history(arn) for arn in executions))


def parallel(url: str, activity: str) -> dict[str, Any]:
    """Return a machine whose only state is a Parallel of one branch."""
    return {
        "StartAt": "Only",
        "States": {"Only": {"Type": "Parallel", "Branches": [branch(url, activity)], "End": True}},
    }


def mapped(url: str, activity: str) -> dict[str, Any]:
    """Return a machine whose only state is a Map with the same branch for each item."""
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": branch(url, activity)}
    return {"StartAt": "Only", "States": {"Only": {**state, "End": True}}}


def branch(url: str, activity: str) -> dict[str, Any]:
    """Return a branch that requests a dispatch, then waits on the activity."""
    request = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody": {"execution.$": "$$.Execution.Id"}},
        "ResultPath": None,
        "Next": "Wait",
    }
    return {
        "StartAt": "Request",
        "States": {"Request": request, "Wait": {**activity_state(activity), "End": True}},
    }


def test_a_branch_does_not_keep_a_stopped_execution_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Run in this process: the time between a branch's frame and its first state is short."""
    monkeypatch.setattr(Program, "eval", Program.eval)
    raised = []
    monkeypatch.setattr("threading.excepthook", lambda given: raised.append(given.exc_type))
    assert not branch_ends(), "LocalStack's bug is there without the patch"
    assert raised == [RuntimeError]
    stopping.skip_ended_programs()
    assert branch_ends()
    assert raised == [RuntimeError]


def branch_ends() -> bool:
    """Return whether a branch that begins after the stop reports its end to its pool."""
    env = stopped_environment()
    definition = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}
    program = AmazonStateLanguageParser.parse(json.dumps(definition))[0]
    pool = BranchWorkerPool(workers_num=1)
    worker = BranchWorker(branch_worker_comm=pool, program=program, env=env.open_inner_frame())
    worker.start()
    worker._worker_thread.join()
    return bool(pool._termination_event.is_set())


def test_a_task_scheduled_after_the_stop_is_not_awaited() -> None:
    endpoint = ActivityCallbackEndpoint("token", "{}")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(clocks.await_start, stopped_environment(), endpoint)
        try:
            assert isinstance(waiting.exception(timeout=5), EvalTimeoutError)
        finally:
            endpoint.notify_activity_task_start(worker_name=None)  # Otherwise a failure would hang.


def test_a_stop_waits_for_the_first_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExecutionWorker, "stop", ExecutionWorker.stop)
    stopping.delay_stops_until_the_first_state()
    worker = object.__new__(ExecutionWorker)
    worker.env = running_environment()
    with ThreadPoolExecutor() as pool:
        stop = pool.submit(worker.stop, stop_date=datetime.now(UTC), error=None, cause=None)
        with pytest.raises(TimeoutError):
            stop.result(timeout=0.2)
        assert worker.env.is_running()
        worker.env.states.context_object.context_object_data["State"] = StateData(
            EnteredTime="", Name="Only"
        )
        stop.result(timeout=5)
    assert not worker.env.is_running()


def stopped_environment() -> Environment:
    """Return the environment of an execution that was stopped while it ran."""
    env = running_environment()
    env.set_stop(stop_date=datetime.now(UTC), cause=None, error=None)
    return env


def running_environment() -> Environment:
    """Return the environment of an execution before its first state."""
    env = Environment(
        aws_execution_details=None,
        execution_type="STANDARD",
        context={"Execution": {}, "StateMachine": {}},
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
    )
    env.next_state_name = "Only"
    return env
