"""What Lambda itself does with a function's role: write the log and poll queues.

LocalStack creates the log group whenever the stream is missing, which fails for a role that may
only write to its own group. It answers 500 for a mapping whose role may not poll.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api.lambda_ import InvalidParameterValueException
from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.lambda_.provider import LambdaProvider
from localstack.utils.aws.client_types import ServicePrincipal

from localcloud.iam.decision import Need, decide
from localcloud.iam.roles import account_and_name, statements_of
from localcloud.wrapping import wrap

LOG = logging.getLogger(__name__)
# What AWS checks before it creates a mapping.
_POLLING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def install() -> None:
    """Replace the loop that writes logs, and check the role before a mapping is created."""
    _write_logs_as_the_role()
    _check_mappings()


def _write_logs_as_the_role() -> None:
    @wrap(LogHandler, "run_log_loop")
    def run_log_loop(
        _original: Callable[..., None], handler: LogHandler, *_args: object, **_kw: object
    ) -> None:
        try:
            client = connect_to.with_assumed_role(
                region_name=handler.region,
                role_arn=handler.role_arn,
                service_principal=ServicePrincipal.lambda_,
            ).logs
        except ClientError as error:
            LOG.warning("function log cannot be written: %s", error)
            return
        while (item := handler.log_queue.get()) is not QUEUE_SHUTDOWN:
            try:
                _write(client, item)
            except ClientError as error:
                # As on AWS, the function keeps running and its log stays empty.
                LOG.warning("log lost, %s %s: %s", item.log_group, item.log_stream, error)


def _check_mappings() -> None:
    @wrap(LambdaProvider, "check_service_resource_exists")
    def check(
        original: Callable[..., None],
        provider: LambdaProvider,
        service: str,
        resource_arn: str,
        function_arn: str,
        function_role_arn: str,
    ) -> None:
        if service in ("sqs", "sqs-fifo"):
            _check_polling(resource_arn, function_role_arn)
        original(provider, service, resource_arn, function_arn, function_role_arn)


def _check_polling(queue_arn: str, role_arn: str) -> None:
    statements = statements_of(*account_and_name(role_arn))
    for operation in _POLLING:
        need = Need(action=f"sqs:{operation}", resource=queue_arn)
        if not decide(statements, need, {}).allowed:
            message = (
                f"The function execution role does not have permissions to call {operation} on SQS"
            )
            raise InvalidParameterValueException(message, Type="User")


def _write(client: Any, item: LogItem) -> None:
    moment = int(time.time() * 1000)
    # CloudWatch Logs refuses empty lines.
    lines = [f"{line}\n" for line in item.logs.split("\n") if line]
    events = [{"timestamp": moment, "message": line} for line in lines]
    target = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    try:
        client.put_log_events(**target, logEvents=events)
    except client.exceptions.ResourceNotFoundException:
        _make_stream(client, target)
        client.put_log_events(**target, logEvents=events)


def _make_stream(client: Any, target: dict[str, str]) -> None:
    try:
        client.create_log_stream(**target)
    except client.exceptions.ResourceNotFoundException:
        client.create_log_group(logGroupName=target["logGroupName"])
        client.create_log_stream(**target)
