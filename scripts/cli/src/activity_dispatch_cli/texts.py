"""How commands write times and names."""

from datetime import UTC, datetime

NOTHING = "-"
MAX_PROGRESS = 40
# Enough to tell the open tasks of a stack apart.
ID_CHARACTERS = 8


def duration(seconds: float) -> str:
    """Return a time in its two largest units."""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if minutes == 0:
        return f"{int(seconds)} s"
    if hours == 0:
        return f"{minutes} min {int(seconds) % 60} s"
    return f"{hours} h {minutes % 60} min" if days == 0 else f"{days} d {hours % 24} h"


def moment(seconds: float) -> str:
    """Return a time since 1970 in UTC, to the millisecond."""
    return (
        datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    )


def last_part(arn: str | None, separator: str = ":") -> str:
    """Return the end of an ARN, by which people know the thing; `-` without one."""
    return arn.rsplit(separator, 1)[-1] if arn else NOTHING


def one_line(text: str | None, limit: int = MAX_PROGRESS) -> str:
    """Return the text on one line, cut to the limit; `-` without one."""
    return " ".join((text or "").split())[:limit] or NOTHING
