"""The one place that reads messages of ECS, which Batch on Fargate passes on.

ECS has one code for all starts that fail, TaskFailedToStart, and answers RunTask with
InvalidParameterException or ClientException whether the request is wrong or EC2 throttles. Only the text
tells which failures another attempt may cure. An unknown text keeps the meaning of its code.

Sources: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html,
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html,
https://github.com/dask/dask-cloudprovider/issues/56, https://github.com/aws/aws-sdk-ruby/issues/3047
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

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


# Why RunTask placed no task: what only another cluster, definition or network cures. All other reasons pass:
# RESOURCE:CPU, MEMORY, GPU, ENI and PORTS; AGENT, an instance whose agent is disconnected; want of capacity.
_INCURABLE = {
    "ATTRIBUTE": "no instance has an attribute that the definition needs (architecture, driver, network):"
    " give the cluster such instances or change the definition",
    "LOCATION": "no instance is in the network's Availability Zones: name subnets of the instances' zones",
    "MISSING": "something that the request names does not exist:"
    " look at the cluster, the definition and its roles",
    "INACTIVE": "the cluster or its instance is gone or inactive: name another cluster",
}


def name_of_failures(failures: Sequence[Mapping[str, Any]]) -> tuple[ErrorName, str]:
    """Return the error name and the reason of a task that RunTask accepted and did not place.

    There is a failure for each instance that was looked at: one that may pass decides, except beside MISSING,
    which no instance changes. Source: the second page above.
    """
    reasons = [str(failure.get("reason") or "no reason given") for failure in failures]
    if not failures:
        return ErrorName.DISPATCH_INVALID_REQUEST, "no task and no failure"
    codes = [reason.partition(":")[0].strip().upper() for reason in reasons]
    final = [code for code in codes if code in _INCURABLE]
    detail = " ".join((reasons[0], str(failures[0].get("detail") or ""))).strip()
    if "MISSING" not in final and len(final) < len(codes):
        return ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, detail
    code = "MISSING" if "MISSING" in final else final[0]
    return ErrorName.DISPATCH_INVALID_REQUEST, f"{detail}; {_INCURABLE[code]}"


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
