"""JSON as Step Functions counts and passes it: no blanks, no needless escapes."""

import json
from typing import Any

from localstack.services.stepfunctions.asl.utils.encoding import to_json_str


def json_text(value: Any) -> str:
    """A state's data as text."""
    # LocalStack's own encoder first: it knows the times in answers of services.
    plain = json.loads(to_json_str(value))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
