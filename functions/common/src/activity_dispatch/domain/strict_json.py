"""JSON as RFC 8259 defines it: Step Functions follows the standard, Python's `json` does not."""

import json
from typing import Any, NoReturn


def read(text: str) -> Any:
    """Return the parsed value, with numbers as strings: they may be of any length.

    Raises ValueError, also for NaN, Infinity and nesting that is too deep.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON value")
