"""Turns a service's refusal to start a job into an error name and a reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, error_code, may_have_happened
from activity_dispatch.backends.base import StartRefused
from activity_dispatch.domain.outcomes import ErrorName


@contextmanager
def refusing(
    call: str, *, may_run: Callable[[ClientError | BotoCoreError], bool] = may_have_happened
) -> Iterator[None]:
    """Raise StartRefused instead of the ClientError or BotoCoreError raised in this block.

    `call` is the API's name, for the cause. `may_run` returns whether there may be a job despite the error.
    """
    try:
        yield
    except ClientError as error:
        message = f"{call}: {error_code(error)}: {error}"
        raise StartRefused(error_name(error), message, may_run=may_run(error)) from error
    except BotoCoreError as error:
        name = ErrorName.DISPATCH_CAPACITY_UNAVAILABLE
        raise StartRefused(name, f"{call}: {error}", may_run=may_run(error)) from error


def error_name(error: ClientError) -> ErrorName:
    """Return the error name of a task whose start fails with this error."""
    names = {
        ErrorKind.THROTTLED: ErrorName.DISPATCH_THROTTLED,
        ErrorKind.UNAVAILABLE: ErrorName.DISPATCH_CAPACITY_UNAVAILABLE,
    }
    return names.get(classify(error), ErrorName.DISPATCH_INVALID_REQUEST)
