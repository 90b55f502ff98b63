"""Turns a service's refusal to start a job into an error name and a reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code, may_have_happened
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.domain.outcomes import ErrorName

_NAMES = {
    ErrorKind.THROTTLED: ErrorName.DISPATCH_THROTTLED,
    ErrorKind.UNAVAILABLE: ErrorName.DISPATCH_CAPACITY_UNAVAILABLE,
    ErrorKind.QUOTA_USED_UP: ErrorName.DISPATCH_CAPACITY_UNAVAILABLE,
}


def error_name(error: ClientError) -> ErrorName:
    """Return the error name of a task whose start fails with this error."""
    return _NAMES.get(classify(error), ErrorName.DISPATCH_INVALID_REQUEST)


@contextmanager
def refusing(
    call: str,
    *,
    may_run: Callable[[ClientError | BotoCoreError], bool] = may_have_happened,
    name_of: Callable[[ClientError], ErrorName] = error_name,
) -> Iterator[None]:
    """Raise StartRefused instead of an error of AWS or its client that is raised in this block.

    `call` is the API's name, for the cause. `may_run` returns whether there may be a job despite the error,
    and `name_of` the error name for a refusal.
    """
    unknown = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
    try:
        yield
    except ClientError as error:
        message = f"{call}: {error_code(error)}: {error}"
        raise StartRefused(name_of(error), message, may_run=may_run(error)) from error
    except BotoCoreError as error:
        raise StartRefused(unknown, f"{call}: {error}", may_run=may_run(error)) from error
    except ResponseParserError as error:
        # There was an answer, cut off or not the service's own: what it said is lost.
        raise StartRefused(unknown, f"{call}: {error}", may_run=True) from error
