"""The one exception whose message is meant for the person at the terminal."""


class OperationError(Exception):
    """Something the user can fix. The message is one clear line; `detail` is shown above it."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail
