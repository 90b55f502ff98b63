"""What the tests of backends share: a task, clients for stubs, and retries that never sleep."""

import itertools
from typing import Any

import boto3
from botocore.config import Config

from activity_dispatch.aws.pacing import Retrying
from activity_dispatch.domain.tasks import Task

TASK = Task(activity_arn="arn:activity", token="secret-token", input='"private"', heartbeat_seconds=60)


def client_once(service: Any) -> Any:
    """Return a client for a Stubber, which tries each call once."""
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def two_attempts() -> Retrying:
    """Return retries that end after the second attempt: the clock advances one second at each reading."""
    return Retrying(
        limit_seconds=1.5,
        sleep=lambda seconds: None,
        jitter=lambda low, high: 0.0,
        clock=map(float, itertools.count()).__next__,
    )
