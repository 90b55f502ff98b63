"""The settings of a function, read from its environment once."""

from collections.abc import Mapping
from dataclasses import dataclass

# Name, default, minimum, maximum; in days and in seconds.
_NUMBERS = (("TASK_RETENTION_DAYS", "7", 1, 365), ("MISSED_TASK_POLL_SECONDS", "900", 60, 86_400))
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class InvalidSettings(Exception):
    """The environment lacks settings or has invalid ones; the message lists every problem."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every function and worker needs to know about its stack.

    `dispatch_queue_url` is needed to free slots, `missed_task_poll_seconds` by the reconciler, and
    `report_dead_letter_url` by the reporter. With `stack_name`, descriptions are judged by what they name;
    all of them may name what is in `shared_names`. Events may go to `event_buses`.
    """

    task_table: str
    payload_bucket: str
    task_retention_days: int = 7
    log_level: str = "INFO"
    dispatch_queue_url: str = ""
    missed_task_poll_seconds: int = 900
    report_dead_letter_url: str = ""
    stack_name: str = ""
    shared_names: tuple[str, ...] = ()
    event_buses: tuple[str, ...] = ()

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, also_required: tuple[str, ...] = ()
    ) -> "Settings":
        """Read names of table, bucket, stack and what it shares, the queues' URLs, LOG_LEVEL and `_NUMBERS`.

        Raises InvalidSettings with every problem found, not only the first.
        """
        required = ("TASK_TABLE", "PAYLOAD_BUCKET", *also_required)
        problems = [f"{name}: not set" for name in required if not environment.get(name)]
        numbers = {}
        for name, default, least, most in _NUMBERS:
            value = environment.get(name, default)
            if is_number(value, least, most):
                numbers[name] = int(value)
            else:
                problems.append(f"{name}: {value!r}; allowed are {least} to {most}")
        if (level := environment.get("LOG_LEVEL", "INFO")) not in LOG_LEVELS:
            problems.append(f"LOG_LEVEL: {level!r}; allowed are {', '.join(LOG_LEVELS)}")
        if problems:
            raise InvalidSettings("; ".join(problems))
        return cls(
            task_table=environment["TASK_TABLE"],
            payload_bucket=environment["PAYLOAD_BUCKET"],
            task_retention_days=numbers["TASK_RETENTION_DAYS"],
            log_level=level,
            dispatch_queue_url=environment.get("DISPATCH_QUEUE_URL", ""),
            missed_task_poll_seconds=numbers["MISSED_TASK_POLL_SECONDS"],
            report_dead_letter_url=environment.get("REPORT_DEAD_LETTER_URL", ""),
            stack_name=environment.get("STACK_NAME", ""),
            shared_names=_listed(environment, "SHARED_NAMES"),
            event_buses=_listed(environment, "EVENT_BUSES"),
        )


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(filter(None, environment.get(name, "").split(",")))


def is_number(text: str, least: int, most: int) -> bool:
    """Return whether the text is a whole number from `least` to `most`, both included."""
    # Length first: Python refuses to convert thousands of digits.
    return text.isdecimal() and len(text) < 10 and least <= int(text) <= most
