"""The type of Lambda's context object."""

from typing import Protocol


class LambdaContext(Protocol):
    """The parts of Lambda's context object that the library uses.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    aws_request_id: str
    function_name: str
    log_group_name: str
    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before Lambda ends the function."""
        ...
