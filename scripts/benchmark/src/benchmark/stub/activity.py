"""An activity: tasks are scheduled, each is handed out once, and their starts are counted."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence

# A Step Functions token has about 700 characters.
_TOKEN_PADDING = "A" * 680
_NUMBER_DIGITS = 8


def task_input(token: str) -> str:
    """Return a task's input: its number, which begins its token, for workers that do not get the token."""
    return f'{{"number": "{token[:_NUMBER_DIGITS]}"}}'


class Activity:
    """Hands out tasks and counts their starts. Times are seconds of the monotonic clock."""

    def __init__(self, *, poll_seconds: float = 60.0) -> None:
        """Begin without tasks; a poll that finds none waits for `poll_seconds`."""
        self.poll_seconds = poll_seconds
        self.scheduled = 0
        self.scheduled_at = 0.0
        self.last_start_at = 0.0
        self.handed_out: set[str] = set()
        self.starts: Counter[str] = Counter()
        self._waiting: deque[str] = deque()
        self._polls: deque[asyncio.Future[str]] = deque()

    def schedule(self, count: int) -> None:
        """Schedule `count` tasks at once; waiting polls get theirs."""
        tokens = [f"{self.scheduled + number:0{_NUMBER_DIGITS}d}{_TOKEN_PADDING}" for number in range(count)]
        self.scheduled += count
        self.scheduled_at = time.monotonic()
        self._waiting.extend(tokens)
        while self._waiting and self._polls:
            poll = self._polls.popleft()
            if not poll.done():
                poll.set_result(self._waiting.popleft())

    async def poll(self) -> str | None:
        """Return the token of a task, None if there is none in time."""
        if self._waiting:
            token = self._waiting.popleft()
        else:
            poll: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            self._polls.append(poll)
            try:
                token = await asyncio.wait_for(poll, self.poll_seconds)
            except TimeoutError:
                return None
        self.handed_out.add(token)
        return token

    @property
    def polls(self) -> int:
        """How many polls wait for a task."""
        return sum(1 for poll in self._polls if not poll.done())

    def start(self, token: str) -> None:
        """Record the start of a task's job, by the task's token or number."""
        self.starts[token[:_NUMBER_DIGITS]] += 1
        if len(self.starts) == self.scheduled:
            self.last_start_at = time.monotonic()

    def report(self) -> dict[str, float]:
        """Return tasks, starts, and the seconds from the scheduling to the last start."""
        started: Sequence[int] = list(self.starts.values())
        return {
            "scheduled": self.scheduled,
            "handed_out": len(self.handed_out),
            "started": len(started),
            "started_twice": sum(1 for count in started if count > 1),
            "seconds": self.last_start_at - self.scheduled_at,
        }
