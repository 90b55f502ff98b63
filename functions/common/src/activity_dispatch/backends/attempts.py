"""Repeats the call that starts a job, and remembers what its failed attempts mean.

A client's own retries report only the last attempt: after them, a throttle may hide an answer that was lost,
and so a job. So such calls go through a client that tries once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.aws.errors import ErrorKind, classify, may_have_happened
from activity_dispatch.aws.pacing import Retrying


def is_throttled(error: ClientError | BotoCoreError) -> bool:
    """Return whether the service was asked too often: it did nothing."""
    return isinstance(error, ClientError) and classify(error) is ErrorKind.THROTTLED


def is_passing(error: ClientError | BotoCoreError) -> bool:
    """Return whether another attempt may succeed: also after an answer that was lost."""
    return is_throttled(error) or may_have_happened(error, tried_once=True)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """The attempts of one start. `again` says which errors are repeated, within `retrying`'s limit."""

    retrying: Retrying
    again: Callable[[ClientError | BotoCoreError], bool]
    errors: list[ClientError | BotoCoreError] = field(default_factory=list)

    def make[T](self, call: Callable[[], T]) -> T:
        """Return the call's result. Raises the last attempt's error."""

        def attempt() -> T | None:
            try:
                return call()
            except (ClientError, BotoCoreError) as error:
                self.errors.append(error)
                if not self.again(error):
                    raise
                return None

        result = self.retrying.call(attempt, again=lambda result: result is None)
        if result is None:
            raise self.errors[-1]
        return result

    def may_have_happened(self, _error: ClientError | BotoCoreError) -> bool:
        """Return whether any of the attempts may have taken effect."""
        return any(may_have_happened(error, tried_once=True) for error in self.errors)
