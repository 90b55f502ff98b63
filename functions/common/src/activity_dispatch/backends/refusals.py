"""What a backend refuses, as an error name and a reason."""

from botocore.exceptions import ClientError

from activity_dispatch.aws.errors import ErrorKind, classify
from activity_dispatch.domain.outcomes import ErrorName


def start_error(error: ClientError) -> ErrorName:
    """Return the name under which a task fails when a backend answers its start with this error."""
    names = {
        ErrorKind.THROTTLED: ErrorName.DISPATCH_THROTTLED,
        ErrorKind.UNAVAILABLE: ErrorName.DISPATCH_CAPACITY_UNAVAILABLE,
    }
    return names.get(classify(error), ErrorName.DISPATCH_INVALID_REQUEST)
