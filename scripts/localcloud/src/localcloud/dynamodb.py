"""DynamoDB on moto, in process: LocalStack's own provider downloads DynamoDB Local and a JVM."""

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service


class MotoDynamoDBProvider(DynamodbApi):
    """Implements no operation itself, so that each one goes to moto."""


def service() -> Service:
    """The service as LocalStack loads it."""
    return Service.for_provider(
        MotoDynamoDBProvider(), dispatch_table_factory=MotoFallbackDispatcher
    )
