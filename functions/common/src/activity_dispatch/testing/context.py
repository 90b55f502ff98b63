"""A Lambda context."""

from dataclasses import dataclass


@dataclass(kw_only=True)
class FakeLambdaContext:
    """What Lambda passes to a handler; `seconds_left` does not count down."""

    aws_request_id: str = "request-1"
    function_name: str = "function"
    log_group_name: str = "/aws/lambda/function"
    log_stream_name: str = "2026/01/01/[$LATEST]0123456789abcdef"
    seconds_left: float = 120.0

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left."""
        return int(self.seconds_left * 1000)
