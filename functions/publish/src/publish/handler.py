"""Creates the execution's output from the activity's output."""

import json
from collections.abc import Mapping
from typing import Any

# A state's output may have 262,144 bytes. 4,096 are reserved for what the state that invokes this
# function adds: status, headers, request ID.
MAX_OUTPUT_BYTES = 262_144 - 4_096


def handle(event: object, context: object) -> Mapping[str, Any]:
    """Return `{"summary": the activity's output, "result": its S3 URI or None}`.

    The result is where the job wrote it, or where an output over 256 KiB is stored. If both together
    exceed MAX_OUTPUT_BYTES, `summary` is None, and `note` says where the activity's complete output is:
    in the execution's history.
    """
    output = event if isinstance(event, Mapping) else {}
    result = output.get("result") or output.get("output_s3_uri")
    published = {"summary": event, "result": result}
    size = _size(published)
    if size <= MAX_OUTPUT_BYTES:
        return published
    # What the job reports as its result may itself be too large; the history has that too.
    short = {
        "summary": None,
        "result": result,
        "note": (
            f"with the summary the output would have {size} bytes, and {MAX_OUTPUT_BYTES} are allowed:"
            " the summary is in the execution's history, as the output of the state before this one"
        ),
    }
    return short if _size(short) <= MAX_OUTPUT_BYTES else {**short, "result": None}


def _size(document: object) -> int:
    return len(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
