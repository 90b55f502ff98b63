"""What an AWS error means for the stack, judged by its code and never by its message."""

from enum import Enum, auto

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError


class ErrorKind(Enum):
    """Classes of AWS errors that are handled alike."""

    THROTTLED = auto()  # too many calls: retry later
    UNAVAILABLE = auto()  # the service has a problem or no capacity
    QUOTA_USED_UP = auto()  # too many jobs run: it may be accepted once another ends
    TASK_GONE = auto()  # nobody waits for this task token any more
    CONDITION_FAILED = auto()  # a conditional write found another state
    REFUSED = auto()  # anything else: the same request would be refused again


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
        ),
        # SageMaker. A quota of 0 gives the same code: no wait helps then, and only the message tells.
        ErrorKind.QUOTA_USED_UP: ("ResourceLimitExceeded",),
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
    """Return whether an error's code means throttling."""
    return _KINDS.get(code) is ErrorKind.THROTTLED


def classify(error: ClientError) -> ErrorKind:
    """Return the error's kind; an unknown code with a 5xx status is UNAVAILABLE, any other REFUSED."""
    kind = _KINDS.get(error_code(error))
    if kind is not None:
        return kind
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.REFUSED


# Raised before the first attempt.
_BEFORE_ANY_ATTEMPT = (ParamValidationError, NoCredentialsError, NoRegionError)


def may_have_happened(error: ClientError | BotoCoreError, *, tried_once: bool = False) -> bool:
    """Return whether the call may have taken effect despite this error.

    It may if its response was lost, or if an attempt before the last may have succeeded: botocore's
    exceptions are about the last attempt, and only `tried_once`, a client without retries, excludes others.
    """
    if isinstance(error, ClientError):
        retries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)
        return retries > 0 or classify(error) is ErrorKind.UNAVAILABLE
    if isinstance(error, _BEFORE_ANY_ATTEMPT):
        return False
    # This error means that there was no connection; TLS can also fail while the response is read.
    return not tried_once or not isinstance(error, NoConnectionError) or isinstance(error, SSLError)
