"""The AWS clients, each made once and when first needed, shared by all threads."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import boto3
from botocore.config import Config

from activity_dispatch.limits import POLL_READ_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


class Clients:
    """AWS clients with room for `threads` connections each.

    Clients are thread-safe, sessions are not: the session stays in here, behind a lock.
    Source: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html
    """

    def __init__(self, *, threads: int) -> None:
        """Make no client yet."""
        self._session = boto3.session.Session()
        self._lock = threading.Lock()
        self._made: dict[str, object] = {}
        self._config = Config(
            connect_timeout=5,
            read_timeout=20,
            max_pool_connections=threads,
            retries={"mode": "standard", "total_max_attempts": 5},
        )
        # An aborted or repeated poll can strand a token: wait long enough, and try once.
        self._poll_config = self._config.merge(
            Config(
                read_timeout=POLL_READ_TIMEOUT_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 1},
            )
        )

    @property
    def stepfunctions(self) -> "SFNClient":
        """For SendTask*."""
        make = self._session.client
        return self._once("stepfunctions", lambda: make("stepfunctions", config=self._config))

    @property
    def stepfunctions_poll(self) -> "SFNClient":
        """For GetActivityTask only: waits 70 s and tries once."""
        make = self._session.client
        return self._once("poll", lambda: make("stepfunctions", config=self._poll_config))

    @property
    def dynamodb(self) -> "DynamoDBClient":
        """For the task table."""
        return self._once("dynamodb", lambda: self._session.client("dynamodb", config=self._config))

    @property
    def s3(self) -> "S3Client":
        """For large payloads."""
        return self._once("s3", lambda: self._session.client("s3", config=self._config))

    @property
    def sqs(self) -> "SQSClient":
        """For the dispatch queue."""
        return self._once("sqs", lambda: self._session.client("sqs", config=self._config))

    @property
    def lambda_(self) -> "LambdaClient":
        """For the lambda backend."""
        return self._once("lambda", lambda: self._session.client("lambda", config=self._config))

    def _once[T](self, name: str, make: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            return cast("T", self._made[name])
