"""What an operator does by hand: cancel a task, look for missed ones."""

import json

import boto3
import pytest
from scripts.cli.tests.conftest import ACTIVITY, REGION, add, serve

from activity_dispatch.stepfunctions.answers import TaskAnswers
from activity_dispatch.testing import FakeStepFunctions
from activity_dispatch_cli import interventions
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.stack import Stack


@pytest.fixture
def stepfunctions(stack: Stack) -> FakeStepFunctions:
    """moto has no activities' tasks."""
    fake = FakeStepFunctions()
    vars(stack.runtime)["answers"] = TaskAnswers(client=fake)  # type: ignore[arg-type]
    return fake


def test_a_task_is_failed_and_says_why(
    stack: Stack, stepfunctions: FakeStepFunctions, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduled = stepfunctions.schedule(ACTIVITY)
    stepfunctions.get_activity_task(activityArn=ACTIVITY, workerName="w")
    task_id = add(stack, scheduled.token)
    stack.runtime.tasks.record_started(task_id, "request-1")
    assert interventions.cancel(stack, task_id[:8], "too expensive") == 0
    assert scheduled.answer is not None
    assert scheduled.answer["error"] == "Job.Cancelled"
    assert json.loads(scheduled.answer["cause"]) == {
        "message": "too expensive",
        "backend": "lambda",
        "job_id": "request-1",
    }
    record = stack.runtime.tasks.get(task_id)
    assert record is not None
    assert (record.outcome, record.error) == ("failed", "Job.Cancelled")
    said = capsys.readouterr().out
    assert said.splitlines()[0] == f"Failed task {task_id} of orders-lambda as Job.Cancelled"
    with pytest.raises(CommandError, match=f"TASK: {task_id} has ended: failed"):
        interventions.cancel(stack, task_id, "again")


def test_a_task_that_nobody_waits_for_is_cancelled(
    stack: Stack, stepfunctions: FakeStepFunctions, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduled = stepfunctions.schedule(ACTIVITY)
    stepfunctions.abort(scheduled)
    task_id = add(stack, scheduled.token)
    assert interventions.cancel(stack, task_id, "why") == 0
    assert "Nobody waited any more for task" in capsys.readouterr().out
    record = stack.runtime.tasks.get(task_id)
    assert record is not None
    assert record.outcome == "cancelled"


@pytest.mark.parametrize("name", ["orders-lambda", ACTIVITY])
def test_missed_tasks_are_looked_for(stack: Stack, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert interventions.look_for_missed(stack, name) == 0
    assert "looks for missed tasks of orders-lambda now" in capsys.readouterr().out
    client = boto3.client("sqs", REGION)
    url = client.get_queue_url(QueueName="orders-dispatch")["QueueUrl"]
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"activity_arn": ACTIVITY, "missed": True}


def test_an_activity_without_missed_tasks_is_refused(stack: Stack) -> None:
    serve(ACTIVITY.replace("lambda", "polled"), wake_up="poll")
    serve("callback:letters", wake_up="callback")
    for name, message in (
        ("orders-polled", "the poller asks it all the time"),
        ("letters", "its tasks come with their requests"),
        ("nonsense", "'nonsense' is not one of orders's: letters, orders-lambda, orders-polled"),
    ):
        with pytest.raises(CommandError, match=message):
            interventions.look_for_missed(stack, name)
