"""The one place that reads messages of ECS, which Batch on Fargate passes on.

ECS has one code for all starts that fail, TaskFailedToStart, and answers RunTask with
InvalidParameterException or ClientException whether the request is wrong or EC2 throttles. Only the text
tells which failures another attempt may cure. An unknown text keeps the meaning of its code.

Sources: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html,
https://github.com/dask/dask-cloudprovider/issues/56, https://github.com/aws/aws-sdk-ruby/issues/3047
"""

import re

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import error_code
from activity_dispatch.backends.refusals import error_name
from activity_dispatch.domain.outcomes import ErrorName

# Codes of RunTask that say nothing: the request may be wrong, or EC2 or the cluster had too much to do.
_VAGUE_CODES = ("InvalidParameterException", "ClientException")
_THROTTLES = ("requestlimitexceeded", "request limit exceeded", "rate exceeded", "throttl")
# A host, or Fargate, lacks it: RESOURCE:ENI.
_RESOURCE = re.compile(r"\bRESOURCE:")
_NO_CAPACITY = (
    "capacity is unavailable",
    "capacity unavailable",
    "capacity limit exceeded",
    "unable to provision capacity",
    "insufficientinstancecapacity",
    "insufficient capacity",
    "insufficientfreeaddresses",
    "network interface provisioning",
    "ephemeralstorage provisioning",
    "provisioning to complete",
    "internalerror",
)


def name_of_refusal(error: ClientError) -> ErrorName:
    """Return the error name of a task whose RunTask was refused."""
    name = error_name(error)
    if name is ErrorName.DISPATCH_INVALID_REQUEST and error_code(error) in _VAGUE_CODES:
        return _curable(str(error.response.get("Error", {}).get("Message", ""))) or name
    return name


def name_of_failed_start(*reasons: object) -> ErrorName:
    """Return the error name of a task whose job never started, for one of these reasons."""
    text = " ".join(reason for reason in reasons if isinstance(reason, str))
    # Both were accepted and not run; to the user, a throttle of EC2 is a want of capacity.
    return ErrorName.JOB_NEVER_STARTED if _curable(text) is None else ErrorName.DISPATCH_CAPACITY_UNAVAILABLE


def _curable(message: str) -> ErrorName | None:
    text = message.lower()
    if any(throttle in text for throttle in _THROTTLES):
        return ErrorName.DISPATCH_THROTTLED
    no_capacity = _RESOURCE.search(message) or any(want in text for want in _NO_CAPACITY)
    return ErrorName.DISPATCH_CAPACITY_UNAVAILABLE if no_capacity else None
