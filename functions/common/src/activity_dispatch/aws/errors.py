"""What an AWS error means for us, judged by its code and never by its message."""

from enum import Enum, auto

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError


class ErrorKind(Enum):
    """Classes of AWS errors that are handled alike."""

    THROTTLED = auto()  # the API asks to come back later
    UNAVAILABLE = auto()  # the service has a problem or no capacity
    TASK_GONE = auto()  # nobody waits for this task token any more
    CONDITION_FAILED = auto()  # a conditional write met another state
    REFUSED = auto()  # anything else: the same request will be refused again


_KINDS: dict[str, ErrorKind] = {
    code: kind
    for kind, codes in {
        ErrorKind.THROTTLED: (
            "ThrottlingException",
            "Throttling",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
            "SlowDown",
            "ActivityWorkerLimitExceeded",
        ),
        ErrorKind.UNAVAILABLE: (
            "ServiceException",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "InternalServerError",
            "InternalServerException",
            "InternalFailure",
            "InternalError",
            "EC2ThrottledException",
            "EC2UnexpectedException",
            "ENILimitReachedException",
            "ResourceNotReadyException",
            # SageMaker: so many jobs or instances of a kind run already.
            "ResourceLimitExceeded",
        ),
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html
        ErrorKind.TASK_GONE: ("InvalidToken", "TaskDoesNotExist", "TaskTimedOut"),
        ErrorKind.CONDITION_FAILED: ("ConditionalCheckFailedException",),
    }.items()
    for code in codes
}


def error_code(error: ClientError) -> str:
    """Return the error's code, such as `ThrottlingException`."""
    return error.response.get("Error", {}).get("Code", "Unknown")


def is_throttle(code: str) -> bool:
    """Tell whether an error's code asks to come back later."""
    return _KINDS.get(code) is ErrorKind.THROTTLED


def classify(error: ClientError) -> ErrorKind:
    """Return what kind of error this is; unknown codes with a 5xx status count as UNAVAILABLE."""
    kind = _KINDS.get(error_code(error))
    if kind is not None:
        return kind
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.REFUSED


def may_have_happened(error: ClientError | BotoCoreError) -> bool:
    """Tell whether the call may have been carried out though it gave this error.

    So it may when its answer was lost, or when an attempt before the last one may have come through.
    """
    if isinstance(error, ClientError):
        retries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)
        return retries > 0 or classify(error) is ErrorKind.UNAVAILABLE
    return isinstance(error, HTTPClientError)
