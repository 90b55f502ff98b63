"""Throttling and failures with each service's own codes.

The codes come from botocore's service models and retry rules.
"""

from localstack.aws.api import CommonServiceException, RequestContext

_THROTTLED = ("ThrottlingException", 400)
_FAILED = ("InternalFailure", 500)
_THROTTLED_BY_SERVICE = {
    "batch": ("TooManyRequestsException", 429),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "sqs": ("RequestThrottled", 403),
}
_FAILED_BY_SERVICE = {
    "batch": ("ServerException", 500),
    "dynamodb": ("InternalServerError", 500),
    "ecs": ("ServerException", 500),
    "lambda": ("ServiceException", 500),
    "logs": ("ServiceUnavailableException", 503),
    "s3": ("InternalError", 500),
}


def throttled(context: RequestContext) -> CommonServiceException:
    """Return a service's throttling error."""
    code, status = _THROTTLED_BY_SERVICE.get(context.service.service_name, _THROTTLED)
    return CommonServiceException(code, "Rate exceeded", status_code=status, sender_fault=True)


def failed(context: RequestContext) -> CommonServiceException:
    """Return a service's internal error."""
    code, status = _FAILED_BY_SERVICE.get(context.service.service_name, _FAILED)
    return CommonServiceException(code, "The local cloud was told to fail.", status_code=status)
