"""Throttling and failures in the codes of each service.

The codes are those that botocore's service models and its retry rules name.
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
    """What a service says to who asks too often."""
    code, status = _THROTTLED_BY_SERVICE.get(context.service.service_name, _THROTTLED)
    return CommonServiceException(code, "Rate exceeded", status_code=status, sender_fault=True)


def failed(context: RequestContext) -> CommonServiceException:
    """What a service says when the fault is its own."""
    code, status = _FAILED_BY_SERVICE.get(context.service.service_name, _FAILED)
    return CommonServiceException(code, "The local cloud was told to fail.", status_code=status)
