"""Makes the execution's output from the activity's output."""

import json
from collections.abc import Mapping
from typing import Any

# A state's output has 262,144 bytes at most. 4,096 are left for what the state that invokes this
# function gets around it: status, headers, request ID.
MAX_OUTPUT_BYTES = 262_144 - 4_096


def handle(event: object, context: object) -> Mapping[str, Any]:
    """Return `{"summary": the activity's output, "result": its S3 URI or None}`.

    The result is where the job wrote it, or where an output over 256 KiB was kept. Where both are
    over MAX_OUTPUT_BYTES, `summary` is None and `note` says where the activity's output is still
    whole: in the execution's history.
    """
    output = event if isinstance(event, Mapping) else {}
    result = output.get("result") or output.get("output_s3_uri")
    published = {"summary": event, "result": result}
    size = _size(published)
    if size <= MAX_OUTPUT_BYTES:
        return published
    # The history has the output, but what the job says of its result may itself be what is too large.
    short = {
        "summary": None,
        "result": result,
        "note": (
            f"{size} bytes with the summary, and {MAX_OUTPUT_BYTES} are allowed:"
            " the summary is in the execution's history, as the output of the state before this one"
        ),
    }
    return short if _size(short) <= MAX_OUTPUT_BYTES else {**short, "result": None}


def _size(document: object) -> int:
    return len(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
