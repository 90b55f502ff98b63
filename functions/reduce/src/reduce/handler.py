"""Merges the summaries of many texts into one."""

from collections.abc import Mapping
from typing import Any

COUNTS = ("lines", "words", "bytes")


class InvalidInput(Exception):
    """The input is not a list of summaries; the message names the item and the field."""


def handle(event: object, context: object) -> Mapping[str, Any]:
    """Return the sums of the summaries' counts and the address of each text's full result.

    Distinct words can't be added up, so they are left out.
    """
    if not isinstance(event, list):
        raise InvalidInput(f"input: {type(event).__name__}; it must be a list of summaries")
    for number, summary in enumerate(event):
        for field in COUNTS:
            if not isinstance(summary, Mapping) or not isinstance(summary.get(field), int):
                raise InvalidInput(
                    f"[{number}].{field}: missing or not a number; each item must be a summary"
                )
    return {
        "texts": len(event),
        **{field: sum(summary[field] for summary in event) for field in COUNTS},
        "results": [summary.get("result") for summary in event],
    }
