"""A function's log lines as JSON."""

import logging
import sys
from collections.abc import Mapping

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from activity_dispatch.observe.log_keys import KeysOnRecords

# The names of both handler classes in AWS's runtime client begin with this.
_LAMBDA_HANDLER = "LambdaLoggerHandler"


def write_json_logs(environment: Mapping[str, str]) -> None:
    """Replace Lambda's own handler with one that uses Powertools' formatter; keep any other handler.

    It is set on the root logger, so the library's lines and the user's function's take the same path.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
    """
    root = logging.getLogger()
    replaced = [handler for handler in root.handlers if type(handler).__name__.startswith(_LAMBDA_HANDLER)]
    if root.handlers and not replaced:
        return
    ours = logging.StreamHandler(sys.stdout)
    service = environment.get("POWERTOOLS_SERVICE_NAME") or environment.get("AWS_LAMBDA_FUNCTION_NAME")
    # Lambda's level filter reads times in RFC 3339.
    ours.setFormatter(LambdaPowertoolsFormatter(service=service, use_rfc3339=True, utc=True))
    # Lambda's own filters add the request id to records.
    for handler in replaced:
        ours.filters.extend(handler.filters)
    ours.addFilter(KeysOnRecords())
    root.handlers[:] = [handler for handler in root.handlers if handler not in replaced] + [ours]
