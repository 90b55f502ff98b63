"""Log lines of a function as JSON."""

import logging
import sys
from collections.abc import Mapping

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from activity_dispatch.observe.log_keys import KeysOnRecords

# Both of the classes that AWS's runtime client has.
_LAMBDAS_OWN = "LambdaLoggerHandler"


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
