"""Makes the execution's output from the activity's output."""

from collections.abc import Mapping
from typing import Any


def handle(event: object, context: object) -> Mapping[str, Any]:
    """Return `{"summary": the activity's output, "result": its S3 URI or None}`.

    The result is where the job wrote it, or where an output over 256 KiB was kept.
    """
    output = event if isinstance(event, Mapping) else {}
    return {
        "summary": event,
        "result": output.get("result") or output.get("output_s3_uri"),
    }
