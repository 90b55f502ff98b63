"""Following an execution, with responses that AWS's own model allows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from activity_dispatch_cli import execution
from activity_dispatch_cli.errors import CommandError

ARN = "arn:aws:states:eu-west-1:000000000000:execution:machine:name"
MACHINE = "arn:aws:states:eu-west-1:000000000000:stateMachine:machine"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


class Execution:
    """The answers of Step Functions during an execution, in order."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "stepfunctions", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.stubber = Stubber(self.client)

    def describes(self, status: str, **more: Any) -> None:
        stop = {} if status == "RUNNING" else {"stopDate": BEGUN + timedelta(seconds=9)}
        answer = {"executionArn": ARN, "stateMachineArn": MACHINE, "status": status, "startDate": BEGUN}
        self.stubber.add_response("describe_execution", {**answer, **stop, **more}, {"executionArn": ARN})

    def lists(
        self, *ids: int, ends: str | None = None, token: str | None = None, more: str | None = None
    ) -> None:
        """A page of history, newest first; `token` requests it and `more` requests the next one."""
        events = [
            {"id": number, "type": "WaitStateEntered", "timestamp": BEGUN + timedelta(seconds=number)}
            | {"stateEnteredEventDetails": {"name": f"State{number}"}}
            for number in ids
        ]
        if ends:
            events[0] = {"id": ids[0], "type": ends, "timestamp": BEGUN + timedelta(seconds=ids[0])}
        asked = {"executionArn": ARN, "reverseOrder": True, "includeExecutionData": True}
        self.stubber.add_response(
            "get_execution_history",
            {"events": events} | ({"nextToken": more} if more else {}),
            asked | ({"nextToken": token} if token else {}),
        )

    def follow(self, shown: list[str], **options: Any) -> execution.Ended:
        return execution.follow(self.client, ARN, tell=shown.append, interval_seconds=0, **options)


@pytest.fixture
def stubbed() -> Iterator[Execution]:
    made = Execution()
    with made.stubber:
        yield made
        made.stubber.assert_no_pending_responses()


def test_every_event_is_shown_once_across_polls_and_pages(stubbed: Execution) -> None:
    stubbed.describes("RUNNING")
    stubbed.lists(2, 1)
    stubbed.describes("RUNNING")
    stubbed.lists(2, 1)
    stubbed.describes("SUCCEEDED", output='{"a": 1}')
    stubbed.lists(6, 5, ends="ExecutionSucceeded", more="page-2")
    stubbed.lists(4, 3, 2, token="page-2")
    shown: list[str] = []
    ended = stubbed.follow(shown)
    assert [line.split()[-1] for line in shown] == [
        "State1",
        "State2",
        "State3",
        "State4",
        "State5",
        "succeeded",
    ]
    assert [event["id"] for event in ended.events] == [1, 2, 3, 4, 5, 6]
    assert (ended.status, ended.exit_code, ended.output) == ("SUCCEEDED", 0, '{"a": 1}')


@pytest.mark.parametrize(("status", "code"), [("FAILED", 1), ("TIMED_OUT", 2), ("ABORTED", 3)])
def test_the_exit_code_shows_the_outcome(stubbed: Execution, status: str, code: int) -> None:
    stubbed.describes(status, error="E", cause="why")
    stubbed.lists(1, ends="ExecutionFailed")
    ended = stubbed.follow([])
    assert (ended.exit_code, ended.error, ended.cause) == (code, "E", "why")


def test_a_lagging_history_is_read_once_more(stubbed: Execution) -> None:
    stubbed.describes("ABORTED")
    stubbed.lists(1)
    stubbed.describes("ABORTED")
    stubbed.lists(2, 1)
    assert [event["id"] for event in stubbed.follow([]).events] == [1, 2]


def test_following_ends_at_the_limit(stubbed: Execution) -> None:
    stubbed.describes("RUNNING")
    stubbed.lists(1)
    with pytest.raises(CommandError, match="did not end within 0 s"):
        stubbed.follow([], limit_seconds=0)
