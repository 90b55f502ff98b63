"""What every Lambda function of the stack is made with: its parts, JSON logs, metrics.

Containers have the parts alone: what they write is their program's.
"""

import logging
import sys
from collections.abc import Mapping

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from activity_dispatch.composition import Runtime
from activity_dispatch.emf import EmfMetrics
from activity_dispatch.log_keys import KeysOnRecords
from activity_dispatch.metrics import NO_METRICS

# Both of the classes that AWS's runtime client has.
_LAMBDAS_OWN = "LambdaLoggerHandler"


def make_function_runtime(
    environment: Mapping[str, str], *, threads: int, also_required: tuple[str, ...] = ()
) -> Runtime:
    """Make the parts of a function, and its log lines JSON with the keys of `log_keys`.

    Without STACK_NAME there are no metrics. Raises InvalidSettings with all problems of the environment.
    """
    write_json_logs(environment)
    stack = environment.get("STACK_NAME")
    return Runtime.from_environment(
        environment,
        threads=threads,
        also_required=also_required,
        metrics=EmfMetrics(stack=stack) if stack else NO_METRICS,
    )


def write_json_logs(environment: Mapping[str, str]) -> None:
    """Let Powertools' formatter write in place of Lambda's own handler; any other handler stays.

    At the root: the library's lines and those of the user's function go the same way.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
    """
    root = logging.getLogger()
    replaced = [handler for handler in root.handlers if type(handler).__name__.startswith(_LAMBDAS_OWN)]
    if root.handlers and not replaced:
        return
    ours = logging.StreamHandler(sys.stdout)
    service = environment.get("POWERTOOLS_SERVICE_NAME") or environment.get("AWS_LAMBDA_FUNCTION_NAME")
    # Lambda's filter by level reads a time in this form.
    ours.setFormatter(LambdaPowertoolsFormatter(service=service, use_rfc3339=True, utc=True))
    # Lambda's own filters put the request's id on records.
    for handler in replaced:
        ours.filters.extend(handler.filters)
    ours.addFilter(KeysOnRecords())
    root.handlers[:] = [handler for handler in root.handlers if handler not in replaced] + [ours]
