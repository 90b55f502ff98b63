"""JSON as RFC 8259 defines it: Step Functions follows the standard, Python's `json` does not."""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

# Python refuses to convert integers of more than 4,300 digits.
_MAX_DIGITS = 300


def read(text: str, *, number: Callable[[str], Any] = str) -> Any:
    """Return the parsed value, with numbers as strings: they may be of any length.

    Raises ValueError, also for NaN, Infinity and nesting that is too deep.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=number, parse_float=number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def number_of(numeral: str) -> int | float | str:
    """Return the number; the numeral itself if Python can't hold it."""
    if len(numeral) > _MAX_DIGITS:
        return numeral
    try:
        return int(numeral)
    except ValueError:
        value = float(numeral)
        return value if math.isfinite(value) else numeral


def text_of(value: Any) -> str:
    """Return a string itself, any other value as JSON. Raises ValueError for nesting that is too deep."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON value")
