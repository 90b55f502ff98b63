"""The last lines of a job's log."""

import boto3
import pytest
from botocore.stub import Stubber

from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.lifecycle.job_logs import JobLogs

PLACE = LogLocation(group="/aws/batch/job", stream="definition/default/abc")


@pytest.fixture
def stubbed(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    client = boto3.client("logs", region_name="eu-west-1")
    with Stubber(client) as stubber:
        yield stubber, JobLogs(client=client)


def test_the_last_lines_are_read(stubbed) -> None:
    stubber, logs = stubbed
    stubber.add_response(
        "get_log_events",
        {"events": [{"message": "one"}, {"message": "x" * 2000}]},
        {"logGroupName": PLACE.group, "logStreamName": PLACE.stream, "limit": 20, "startFromHead": False},
    )
    assert logs.last_lines(PLACE) == ("one", "x" * 1000)


def test_a_missing_log_has_no_lines(stubbed, caplog) -> None:
    stubber, logs = stubbed
    stubber.add_client_error("get_log_events", "ResourceNotFoundException")
    assert logs.last_lines(PLACE) == ()
    assert "definition/default/abc" in caplog.text
