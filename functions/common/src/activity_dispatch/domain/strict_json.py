"""JSON as its standard has it, which Step Functions keeps to and Python does not."""

import json
from typing import Any, NoReturn


def read(text: str) -> Any:
    """Return the value that the text stands for, its numbers as texts: they may be of any length.

    Raises ValueError, also for NaN and the like, and for what is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")
