"""JSON as RFC 8259 defines it: Step Functions follows the standard, Python's `json` does not."""

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

# Python refuses to convert integers of more than 4,300 digits.
_MAX_DIGITS = 300
_SPACE = re.compile(r"[ \t\n\r]*")


def read(text: str, *, number: Callable[[str], Any] = str) -> Any:
    """Return the parsed value, with numbers as strings: they may be of any length.

    Raises ValueError, also for NaN, Infinity and nesting that is too deep.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=number, parse_float=number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def member_text(text: str, name: str) -> str | None:
    """Return a member of an object as it is written, None if it has none of this name.

    `text` is an object that `read` accepts. As there, of members with the same name the last one counts.
    """
    found, at = None, _skip_space(text, 0) + 1
    while text[at := _skip_space(text, at)] != "}":
        # Behind a comma, unless it is the first.
        key, at = _READER.raw_decode(text, _skip_space(text, at + (text[at] == ",")))
        start = _skip_space(text, _skip_space(text, at) + 1)
        _, at = _READER.raw_decode(text, start)
        if key == name:
            found = text[start:at]
    return found


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


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()


_READER = json.JSONDecoder(parse_constant=_refuse, parse_int=str, parse_float=str)
