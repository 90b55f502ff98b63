"""The entry points that LocalStack loads: the overridden services, each patched first."""

from typing import Any

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider

from localcloud import patches


def _patch_gateway() -> None:
    patches.install("gateway")
    from localcloud.faults import requests, routes

    requests.install()
    routes.install()


def _dynamodb() -> Service:
    from localcloud import dynamodb

    patches.install("dynamodb")
    return dynamodb.service()


def _lambda() -> Service:
    from localstack.services.lambda_.provider import LambdaProvider

    patches.install("lambda")
    return Service.for_provider(LambdaProvider())


def _logs() -> Service:
    from localstack.services.logs.provider import LogsProvider
    from localstack.services.moto import MotoFallbackDispatcher

    patches.install("logs")
    return Service.for_provider(LogsProvider(), dispatch_table_factory=MotoFallbackDispatcher)


def _s3() -> Service:
    from localstack.services.s3.provider import S3Provider

    patches.install("s3")
    return Service.for_provider(S3Provider())


def _stepfunctions() -> Service:
    from localstack.services.stepfunctions.provider import StepFunctionsProvider

    patches.install("stepfunctions")
    return Service.for_provider(StepFunctionsProvider())


patch_gateway: Any = hooks.on_infra_start(priority=100)(_patch_gateway)
dynamodb_moto: Any = aws_provider(api="dynamodb", name="moto")(_dynamodb)
lambda_localcloud: Any = aws_provider(api="lambda", name="localcloud")(_lambda)
logs_localcloud: Any = aws_provider(api="logs", name="localcloud")(_logs)
s3_localcloud: Any = aws_provider(api="s3", name="localcloud")(_s3)
stepfunctions_localcloud: Any = aws_provider(api="stepfunctions", name="localcloud")(_stepfunctions)
