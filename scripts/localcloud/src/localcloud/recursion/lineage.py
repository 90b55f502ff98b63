"""How often each function has been invoked in one chain of requests: the Lineage of a trace header.

`Lineage=a87bd80c:1|68fd508a:5`, one field per function. Nothing here knows LocalStack.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

# AWS: "approximately 16 times in the same chain of requests".
LIMIT = 16
HEADER = "X-Amzn-Trace-Id"
_FIELD = "Lineage="

type Lineage = Mapping[str, int]


def of_header(header: str | None) -> Lineage:
    """Return the lineage in a trace header; empty if it has none, or one that nobody can read."""
    # botocore sends `|` as `%7C`.
    parts = unquote(header or "").split(";")
    return _parsed(next((part for part in parts if part.startswith(_FIELD)), ""))


def _parsed(field: str) -> Lineage:
    counts = (entry.partition(":") for entry in field.removeprefix(_FIELD).split("|"))
    return {key: int(count) for key, _, count in counts if key and count.isdecimal()}


def text(lineage: Lineage) -> str:
    """Return the field's value, without `Lineage=`."""
    return "|".join(f"{key}:{count}" for key, count in lineage.items())


def header_of(lineage: Lineage) -> str:
    """Return a trace header that carries only a lineage: the receiver begins a new trace."""
    return _FIELD + text(lineage)


def merged(lineages: Iterable[Lineage]) -> Lineage:
    """Return the lineage of an invocation with several messages: of each function the most."""
    most: dict[str, int] = {}
    for lineage in lineages:
        for key, count in lineage.items():
            most[key] = max(count, most.get(key, 0))
    return most


def counted(lineage: Lineage, function_arn: str) -> Lineage:
    """Return the lineage after one more invocation of the function (its ARN, unqualified)."""
    key = key_of(function_arn)
    return {**lineage, key: lineage.get(key, 0) + 1}


def is_a_loop(lineage: Lineage, function_arn: str) -> bool:
    """Return whether the function's next invocation in this chain would be one too many."""
    return lineage.get(key_of(function_arn), 0) >= LIMIT


def key_of(function_arn: str) -> str:
    """Return what stands for a function in a lineage: eight hexadecimal digits."""
    return hashlib.sha256(function_arn.encode()).hexdigest()[:8]
