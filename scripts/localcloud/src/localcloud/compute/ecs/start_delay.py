"""How long tasks take to start: a test sets it, since AWS provisions and pulls for many seconds."""

MAX_SECONDS = 3_600.0


class StartDelay:
    """The time between a task's place on a machine and the start of its containers."""

    def __init__(self) -> None:
        """No delay: tests that are not about it would only become slower."""
        self.seconds = 0.0

    def set(self, seconds: float) -> None:
        """Delay tasks that start from now on."""
        self.seconds = seconds


START_DELAY = StartDelay()
