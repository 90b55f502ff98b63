"""Backend `lambda` against botocore's own model of the API."""

import io
import itertools
import json
from unittest.mock import Mock

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from tests.schemas.events.samples import malformed
from tests.unit.backends.stubs import client_once
from urllib3.exceptions import ProtocolError

from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.backends.lambda_.backend import LambdaBackend
from activity_dispatch.domain.jobs import UNNAMED_JOB, JobState
from activity_dispatch.domain.tasks import Task
from activity_dispatch.testing.stepfunctions import client_error

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:process"


@pytest.fixture
def stubbed():
    client = client_once("lambda")
    with Stubber(client) as stubber:
        once = Retrying(limit_seconds=0.0)
        yield stubber, LambdaBackend(client_once=client, function_arn=FUNCTION, retrying=once)


def task(task_input: str = '{"n": "é"}') -> Task:
    return Task(activity_arn="arn:activity", token='t"\\x', input=task_input, heartbeat_seconds=60)


def test_the_function_is_invoked_asynchronously_with_token_and_input(stubbed) -> None:
    stubber, backend = stubbed
    # An unread payload would keep its connection from being reused.
    answer = Mock(wraps=io.BytesIO())
    sent = {}

    def keep(params, **_):
        sent.update(params)

    backend.client_once.meta.events.register("provide-client-params.lambda.Invoke", keep)
    stubber.add_response(
        "invoke",
        {
            "StatusCode": 202,
            "Payload": StreamingBody(answer, 0),
            "ResponseMetadata": {"RequestId": "r1"},
        },
    )
    assert backend.start(task()) == "r1"
    answer.read.assert_called()
    assert (sent["FunctionName"], sent["InvocationType"]) == (FUNCTION, "Event")
    assert json.loads(sent["Payload"]) == {
        "task_id": task().task_id,
        "task_token": 't"\\x',
        "activity_arn": "arn:activity",
        "heartbeat_seconds": 60,
        "slot": None,
        "input": {"n": "é"},
    }


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("TooManyRequestsException", 429, "Dispatch.Throttled"),
        ("ServiceException", 500, "Dispatch.CapacityUnavailable"),
        ("ResourceNotFoundException", 404, "Dispatch.InvalidRequest"),
        ("AccessDeniedException", 403, "Dispatch.InvalidRequest"),
    ],
)
def test_errors_become_dispatch_errors(stubbed, code: str, status: int, error: str) -> None:
    stubber, backend = stubbed
    stubber.add_client_error("invoke", code, "said the service", status)
    with pytest.raises(StartRefused, match="said the service") as caught:
        backend.start(task())
    assert caught.value.error == error


def test_an_input_that_is_too_large_is_rejected_before_the_call(stubbed) -> None:
    _, backend = stubbed
    with pytest.raises(StartRefused, match=r"input: 1048577 bytes; allowed are up to 1048576") as caught:
        backend.start(task(json.dumps("x" * 1_048_575)))
    assert caught.value.error == "Dispatch.InvalidInput"


TASK_ID = "0123456789abcdef" * 2


RECORD = {
    "requestContext": {"requestId": "r1", "functionArn": FUNCTION, "condition": "RetriesExhausted"},
    "requestPayload": {"task_id": TASK_ID, "task_token": "secret"},
    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    "responsePayload": {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 3.00 seconds"},
}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, "Job.TimedOut"),
        (
            {"responsePayload": {"errorType": "Runtime.OutOfMemory", "errorMessage": "killed"}},
            "Job.OutOfMemory",
        ),
        ({"responsePayload": {"errorType": "KeyError", "errorMessage": "x"}}, "Job.Failed"),
        (
            {"requestContext": {"requestId": "r1", "condition": "EventAgeExceeded"}, "responsePayload": None},
            "Dispatch.QueueTimeout",
        ),
    ],
)
def test_a_failure_record_is_diagnosed(stubbed, change, error: str) -> None:
    _, backend = stubbed
    diagnosis = backend.diagnose({**RECORD, **change})
    assert (diagnosis.task_id, diagnosis.job_id, diagnosis.state) == (TASK_ID, "r1", JobState.ENDED)
    assert diagnosis.outcome.error == error
    assert "secret" not in repr(diagnosis)


def test_a_record_without_a_request_id_is_about_the_task_that_it_names(stubbed) -> None:
    context = {"functionArn": FUNCTION, "condition": "EventAgeExceeded", "approximateInvokeCount": 0}
    diagnosis = stubbed[1].diagnose({**RECORD, "requestContext": context, "responsePayload": None})
    assert (diagnosis.task_id, diagnosis.job_id) == (TASK_ID, UNNAMED_JOB)
    assert diagnosis.outcome.error == "Dispatch.QueueTimeout"
    assert diagnosis.outcome.cause.job_id is None


@pytest.mark.parametrize(
    "event",
    [
        {},
        malformed("ecs"),
        {**RECORD, "requestContext": {"requestId": "r1", "condition": "Success"}},
        {**RECORD, "requestPayload": None},
        {**RECORD, "requestContext": {}},
        {**RECORD, "requestPayload": {"task_id": "activity#arn:aws:states:::activity:work"}},
    ],
)
def test_other_events_are_ignored(stubbed, event) -> None:
    assert stubbed[1].diagnose(event) is None


def backend_that_answers(answers: object) -> LambdaBackend:
    """Return a backend whose function gives these answers, and that does not really wait."""
    patient = Retrying(sleep=lambda _: None, clock=itertools.count().__next__)
    client = Mock(**{"invoke.side_effect": answers})
    return LambdaBackend(client_once=client, function_arn=FUNCTION, retrying=patient)


@pytest.mark.parametrize(
    ("error", "may_run"),
    [
        (ReadTimeoutError(endpoint_url="https://lambda"), True),
        (ConnectionClosedError(endpoint_url="https://lambda"), True),
        (client_error("ServiceException", "Invoke", 500), True),
        (client_error("TooManyRequestsException", "Invoke", 429), False),
        (client_error("ResourceNotFoundException", "Invoke", 404), False),
    ],
)
def test_a_lost_answer_is_no_refusal(error: Exception, may_run: bool) -> None:
    with pytest.raises(StartRefused) as caught:
        backend_that_answers(error).start(task())
    assert caught.value.may_run is may_run


def test_a_throttle_does_not_hide_an_answer_that_was_lost() -> None:
    lost, throttled = (
        ReadTimeoutError(endpoint_url="x"),
        client_error("TooManyRequestsException", "Invoke", 429),
    )
    with pytest.raises(StartRefused) as caught:
        backend_that_answers([lost, *[throttled] * 50]).start(task())
    assert (caught.value.may_run, caught.value.error) == (True, "Dispatch.Throttled")


def test_throttles_alone_are_a_refusal_and_are_waited_out_before() -> None:
    throttled = client_error("TooManyRequestsException", "Invoke", 429)
    answer = {"Payload": Mock(), "ResponseMetadata": {"RequestId": "r1"}}
    assert backend_that_answers([throttled, throttled, answer]).start(task()) == "r1"


@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url="x"), ProtocolError("broken"), ConnectionResetError("reset")]
)
def test_an_accepted_invocation_whose_answer_ends_early_is_started(error: Exception) -> None:
    answer = {"Payload": Mock(**{"read.side_effect": error}), "ResponseMetadata": {"RequestId": "r1"}}
    backend = LambdaBackend(client_once=Mock(**{"invoke.return_value": answer}), function_arn=FUNCTION)
    assert backend.start(task()) == "r1"
