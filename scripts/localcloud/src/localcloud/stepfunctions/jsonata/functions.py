"""The functions that Step Functions adds to JSONata, and $eval, which it refuses.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
Where the page says nothing about bad arguments, they are errors here. $range has the limit of the
intrinsic function States.ArrayRange, and $hash takes strings only.
"""

import hashlib
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

_HASHES = {
    "MD5": hashlib.md5,
    "SHA-1": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}
_MOST_ELEMENTS = 1_000


class FunctionError(ValueError):
    """A function was given what it does not take."""


def _partition(array: Any = None, size: Any = None) -> list[Any]:
    if not isinstance(array, list):
        raise FunctionError(f"$partition: the first argument must be an array, got {array!r}")
    size = _integer("$partition", "size", size)
    if size < 1:
        raise FunctionError(f"$partition: the size must be at least 1, got {size}")
    elements = list(array)
    return [elements[first : first + size] for first in range(0, len(elements), size)]


def _range(first: Any = None, last: Any = None, step: Any = None) -> list[int]:
    first, last = _integer("$range", "first", first), _integer("$range", "last", last)
    step = _integer("$range", "step", step)
    if step == 0:
        raise FunctionError("$range: the step must not be 0")
    elements = range(first, last + (1 if step > 0 else -1), step)
    if len(elements) > _MOST_ELEMENTS:
        raise FunctionError(
            f"$range: at most {_MOST_ELEMENTS} elements are allowed, got {len(elements)}"
        )
    return list(elements)


def _hash(text: Any = None, algorithm: Any = None) -> str:
    if not isinstance(text, str):
        raise FunctionError(f"$hash: the first argument must be a string, got {text!r}")
    if algorithm not in _HASHES:
        raise FunctionError(f"$hash: {algorithm!r} is not one of {', '.join(_HASHES)}")
    return _HASHES[algorithm](text.encode()).hexdigest()


def _random(seed: Any = None) -> float:
    if seed is None:
        return random.random()  # noqa: S311
    return random.Random(_integer("$random", "seed", seed)).random()  # noqa: S311


def _uuid() -> str:
    return str(uuid.uuid4())


def _parse(text: Any = None) -> Any:
    if not isinstance(text, str):
        raise FunctionError(f"$parse: the argument must be a string, got {text!r}")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise FunctionError(f"$parse: not JSON: {error}") from error
    return Utils.NULL_VALUE if value is None else value


def _eval(*_arguments: Any) -> Any:
    raise FunctionError("$eval is not supported; use $parse")


def _integer(function: str, argument: str, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise FunctionError(f"{function}: {argument} must be an integer, got {value!r}")
    return value


_ALL: dict[str, Callable[..., Any]] = {
    "partition": _partition,
    "range": _range,
    "hash": _hash,
    "random": _random,
    "uuid": _uuid,
    "parse": _parse,
    "eval": _eval,
}
FUNCTIONS = {name: Jsonata.JLambda(function) for name, function in _ALL.items()}
