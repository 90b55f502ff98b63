"""DynamoDB on moto, in process: LocalStack's own provider downloads DynamoDB Local and a JVM."""

import threading

from localstack.aws.api import RequestContext, ServiceRequest, ServiceResponse
from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.forwarder import ForwardingFallbackDispatcher
from localstack.aws.skeleton import DispatchTable
from localstack.services.moto import call_moto
from localstack.services.plugins import Service

# moto checks a condition before it writes, and rolls a failed transaction back by restoring its
# copy of the tables. Both are correct only if nobody else writes in between.
_one_at_a_time = threading.Lock()


class MotoDynamoDBProvider(DynamodbApi):
    """Implements no operation itself: each one falls through to moto."""


def service() -> Service:
    """Return the service that LocalStack loads."""
    return Service.for_provider(MotoDynamoDBProvider(), dispatch_table_factory=_dispatch_table)


def _dispatch_table(provider: MotoDynamoDBProvider) -> DispatchTable:
    return ForwardingFallbackDispatcher(provider, _ask_moto)


def _ask_moto(context: RequestContext, _request: ServiceRequest) -> ServiceResponse:
    with _one_at_a_time:
        return call_moto(context)
