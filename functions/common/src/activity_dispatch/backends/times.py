"""Times in events and descriptions: ISO text, a datetime, or milliseconds since 1970."""

import math
from datetime import UTC, datetime

# A number below is in seconds: as milliseconds it would be a day in 1970.
_LEAST_MILLISECONDS = 100_000_000_000


def seconds_of(value: object) -> float | None:
    """Return a time in seconds since 1970, None if it is missing or no time."""
    try:
        if isinstance(value, str):
            value = float(value) if value.strip().isdecimal() else datetime.fromisoformat(value)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = value / 1000 if value >= _LEAST_MILLISECONDS else float(value)
    except OverflowError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
