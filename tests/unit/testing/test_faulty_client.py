"""Faults in the calls of boto3's clients."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    WaiterError,
)
from botocore.stub import Stubber

from activity_dispatch.testing import (
    Faults,
)

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


def stubbed(service: Any) -> tuple:
    client = boto3.client(
        service, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    return client, Stubber(client)


def test_a_real_client_can_be_wrapped() -> None:
    client, stub = stubbed("stepfunctions")
    stub.add_response("get_activity_task", {"taskToken": "token"}, {"activityArn": ARN})
    faults = Faults.at("get_activity_task", fail="ThrottlingException")
    wrapped = faults.wrap(client)
    with stub:
        with pytest.raises(client.exceptions.ClientError):
            wrapped.get_activity_task(activityArn=ARN)
        assert wrapped.get_activity_task(activityArn=ARN)["taskToken"] == "token"
    # Methods that do not call AWS are not counted.
    assert wrapped.can_paginate("list_executions")
    assert wrapped.meta.region_name == "eu-west-1"
    assert faults.calls == {"get_activity_task": 2}


def test_each_page_of_a_paginator_is_a_call() -> None:
    client, stub = stubbed("batch")
    page = {"jobSummaryList": [{"jobId": "1", "jobName": "n"}], "nextToken": "more"}
    stub.add_response("list_jobs", page, {"jobQueue": "q"})
    faults = Faults.at("list_jobs", fail=ConnectionClosedError(endpoint_url="https://aws.invalid"), nth=2)
    pages = iter(faults.wrap(client).get_paginator("list_jobs").paginate(jobQueue="q"))
    with stub:
        assert next(pages)["jobSummaryList"][0]["jobId"] == "1"
        with pytest.raises(ConnectionClosedError):
            next(pages)
    assert faults.calls == {"list_jobs": 2}


def test_each_check_of_a_waiter_is_a_call() -> None:
    client, _ = stubbed("dynamodb")
    faults = Faults.at("describe_table", fail="AccessDeniedException")
    with pytest.raises(WaiterError):
        faults.wrap(client).get_waiter("table_exists").wait(TableName="t")
    assert faults.calls == {"describe_table": 1}
