"""Why a task could not be started, in words."""

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.domain.outcomes import ErrorName


def clean(text: str) -> str:
    """Return text that every service stores: without lone surrogates and NUL."""
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def unexpected(error: Exception) -> str:
    """Return the message for an error that no backend should raise."""
    return f"unexpected error: {type(error).__name__}: {error}"


def not_recorded(error: ClientError | BotoCoreError) -> StartRefused:
    """Return why a task that could not be recorded is refused."""
    if isinstance(error, BotoCoreError):
        name, reason = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, type(error).__name__
    elif classify(error) is ErrorKind.REFUSED:
        # The same item would be refused again.
        name, reason = ErrorName.DISPATCH_INVALID_REQUEST, f"{error_code(error)}: {error}"
    else:
        name, reason = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE, error_code(error)
    return StartRefused(name, f"the task could not be recorded: {reason}")
