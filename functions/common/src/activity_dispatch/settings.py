"""The settings of a function, read from its environment once."""

from collections.abc import Mapping
from dataclasses import dataclass

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class InvalidSettings(Exception):
    """The environment lacks a setting or has a wrong one; the message tells of all of them."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the dispatcher and every processing function need to know of their stack.

    `dispatch_queue_url` is the dispatcher's alone.
    """

    task_table: str
    payload_bucket: str
    task_retention_days: int = 7
    log_level: str = "INFO"
    dispatch_queue_url: str = ""

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, also_required: tuple[str, ...] = ()
    ) -> "Settings":
        """Read TASK_TABLE, PAYLOAD_BUCKET, TASK_RETENTION_DAYS (days), LOG_LEVEL, DISPATCH_QUEUE_URL.

        Raises InvalidSettings with every problem found, not only the first.
        """
        problems = [
            f"{name}: not set"
            for name in ("TASK_TABLE", "PAYLOAD_BUCKET", *also_required)
            if not environment.get(name)
        ]
        days = environment.get("TASK_RETENTION_DAYS", "7")
        if not days.isdecimal() or not 1 <= int(days) <= 365:
            problems.append(f"TASK_RETENTION_DAYS: {days!r}; allowed are 1 to 365")
        level = environment.get("LOG_LEVEL", "INFO")
        if level not in LOG_LEVELS:
            problems.append(f"LOG_LEVEL: {level!r}; allowed are {', '.join(LOG_LEVELS)}")
        if problems:
            raise InvalidSettings("; ".join(problems))
        return cls(
            task_table=environment["TASK_TABLE"],
            payload_bucket=environment["PAYLOAD_BUCKET"],
            task_retention_days=int(days),
            log_level=level,
            dispatch_queue_url=environment.get("DISPATCH_QUEUE_URL", ""),
        )
