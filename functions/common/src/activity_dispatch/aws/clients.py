"""The AWS clients, each created on first use and shared by all threads.

botocore creates them: boto3 would add nothing that the library uses and a third to the import time,
which a container's worker cannot afford.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from activity_dispatch.aws.errors import is_throttle
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient


# CloudTrail shows it.
USER_AGENT = "activity-dispatch"
# AWS closes idle connections after some tens of seconds at the earliest.
FRESH_SECONDS = 10.0

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})
# Merged with ONCE: a repeated poll can lose a token. Not adaptive: that mode waits inside the call,
# when the poll's slot is reserved and the time left is checked. `dispatch.taker` paces polls before both.
POLL = Config(read_timeout=POLL_READ_TIMEOUT_SECONDS)
# Slots and tasks are written while a slot is held or a token is in memory only: all attempts together
# take 4 x (3 + 8) s and up to 7 s between them, not minutes.
TABLE = Config(connect_timeout=3, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 4})
# Events are sent beside the work and may be lost: no long wait. The second try is for a dead connection.
EVENTS = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
# The reader of logs repeats its calls itself, within its own time limit.
LOGS = Config(read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


class _Loader(Loader):
    """Finds botocore's service models."""

    def list_available_services(self, type_name: str) -> list[str]:
        """Return the names of all model folders.

        Botocore's own method searches each of the 400 folders for a model: 20 ms per client.
        """
        folders = [Path(path) for path in self.search_paths]
        return [entry.name for folder in folders if folder.is_dir() for entry in folder.iterdir()]


class Clients:
    """AWS clients with a pool of `threads` connections each.

    Clients are thread-safe, sessions are not: a lock guards the session.
    Source: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html
    """

    def __init__(
        self,
        *,
        threads: int,
        on_throttle: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Configure the clients; create none yet. `clock` goes on while the process is frozen.

        `on_throttle` is called with the operation, such as `sfn.GetActivityTask`, for each throttled
        response, including those that the client's own retries hide.
        """
        self._session = botocore.session.Session()
        if on_throttle is not None:
            self._session.register("response-received", _throttle_handler(on_throttle))
        paths = self._session.get_component("data_loader").search_paths
        self._session.register_component(
            "data_loader", _Loader(extra_search_paths=paths, include_default_search_paths=False)
        )
        self._lock = threading.Lock()
        self._clock, self._connected_at = clock, clock()
        self._clients: dict[tuple[str, bool], object] = {}
        self._config = _config(threads)
        self._once_config = self._config.merge(ONCE)
        self._poll_config = self._once_config.merge(POLL)
        self._table_config = self._config.merge(TABLE)
        self._logs_config = self._config.merge(LOGS)
        self._events_config = self._config.merge(EVENTS)

    @property
    def stepfunctions(self) -> "SFNClient":
        """For SendTask*."""
        return cast("SFNClient", self._client("stepfunctions"))

    @property
    def stepfunctions_poll(self) -> "SFNClient":
        """For GetActivityTask only: waits up to 70 s for a response and tries once."""
        return cast("SFNClient", self._client("stepfunctions", self._poll_config))

    @property
    def dynamodb(self) -> "DynamoDBClient":
        """For the task table."""
        return cast("DynamoDBClient", self._client("dynamodb", self._table_config))

    @property
    def s3(self) -> "S3Client":
        """For large payloads."""
        return cast("S3Client", self._client("s3"))

    @property
    def sqs(self) -> "SQSClient":
        """For the dispatch queue."""
        return cast("SQSClient", self._client("sqs"))

    @property
    def lambda_once(self) -> "LambdaClient":
        """For Invoke: tries once."""
        return cast("LambdaClient", self._client("lambda", self._once_config))

    @property
    def ecs(self) -> "ECSClient":
        """For the ecs backend."""
        return cast("ECSClient", self._client("ecs"))

    @property
    def batch(self) -> "BatchClient":
        """For the batch backend."""
        return cast("BatchClient", self._client("batch"))

    @property
    def batch_once(self) -> "BatchClient":
        """For SubmitJob: tries once."""
        return cast("BatchClient", self._client("batch", self._once_config))

    @property
    def sagemaker(self) -> "SageMakerClient":
        """For the sagemaker backend."""
        return cast("SageMakerClient", self._client("sagemaker"))

    @property
    def logs(self) -> "CloudWatchLogsClient":
        """For reading the end of a job's log."""
        return cast("CloudWatchLogsClient", self._client("logs", self._logs_config))

    @property
    def events(self) -> Any:
        """For events about tasks, sent to event buses."""
        return self._client("events", self._events_config)

    def begin_invocation(self) -> None:
        """Make all clients connect anew, unless their connections are at most `FRESH_SECONDS` old.

        While Lambda freezes a process between two invocations, the services close its connections and it
        does not hear of that. The first call on such a connection fails, or waits for an answer until its
        time is up: a client that tries once would lose a minute with a slot in hand, or not know whether
        there is a job.
        """
        now = self._clock()
        with self._lock:
            is_fresh = now - self._connected_at <= FRESH_SECONDS
            clients = [] if is_fresh else list(self._clients.values())
            if not is_fresh:
                self._connected_at = now
        for client in clients:
            # It stays usable: this only empties its pools of connections.
            cast("SFNClient", client).close()

    def _client(self, service: str, config: Config | None = None) -> object:
        with self._lock:
            key = (service, config is None)
            if key not in self._clients:
                self._clients[key] = self.create(service, config or self._config)
            return self._clients[key]

    def create(self, service: str, config: Config) -> object:
        """Create a client; a subclass may create it from a session of its own."""
        # ECS sets AWS_REGION in containers; botocore does not read it.
        region = os.environ.get("AWS_REGION")
        return self._session.create_client(service, region_name=region, config=config)


def _config(threads: int) -> Config:
    return Config(
        connect_timeout=5,
        read_timeout=20,
        max_pool_connections=threads,
        retries={"mode": "standard", "total_max_attempts": 5},
        # A full user agent and client-side parameter validation, which the service repeats, take a
        # fifth of a call's CPU time.
        user_agent=USER_AGENT,
        parameter_validation=False,
    )


def _throttle_handler(on_throttle: Callable[[str], None]) -> Callable[..., None]:
    def handle(*, event_name: str, parsed_response: Mapping[str, Any] | None, **_: object) -> None:
        # None: there was no response.
        if is_throttle((parsed_response or {}).get("Error", {}).get("Code", "")):
            on_throttle(event_name.removeprefix("response-received."))

    return handle
