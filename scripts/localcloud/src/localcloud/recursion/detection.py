"""Which function is invoked, and whether its next invocation is refused."""

import logging

from localstack.aws.api.lambda_ import RecursiveLoop
from localstack.services.lambda_.invocation.lambda_models import Function
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.utils.aws.arns import lambda_function_arn
from localstack.utils.cloudwatch.cloudwatch_util import publish_lambda_metric

from localcloud.recursion.lineage import LIMIT, Lineage, is_a_loop

LOG = logging.getLogger(__name__)


def arn_of(name: str, account: str, region: str) -> str:
    """Return a function's ARN without version or alias: all of them count as one."""
    return str(lambda_function_arn(name, account, region))


def refuses(arn: str, lineage: Lineage) -> bool:
    """Return whether Lambda refuses the next invocation in this chain; note it if so.

    A function that does not exist refuses nothing: its invocation fails anyway.
    """
    function = _function(arn)
    if function is None or function.recursive_loop == RecursiveLoop.Allow:
        return False
    if not is_a_loop(lineage, arn):
        return False
    LOG.warning("%s is in a recursive loop: invoked %d times in one chain", arn, LIMIT)
    _, _, _, region, account, _, name = arn.split(":")
    publish_lambda_metric(
        "RecursiveInvocationsDropped", 1, {"func_name": name}, account, region_name=region
    )
    return True


def _function(arn: str) -> Function | None:
    _, _, _, region, account, _, name = arn.split(":")
    return lambda_stores[account][region].functions.get(name)
