"""JSON as Step Functions counts and passes it: no spaces, no needless escapes."""

import json
from typing import Any

from localstack.services.stepfunctions.asl.utils.encoding import to_json_str


def json_text(value: Any) -> str:
    """Return a state's data as text."""
    # LocalStack's encoder comes first: it handles times in services' responses.
    plain = json.loads(to_json_str(value))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
