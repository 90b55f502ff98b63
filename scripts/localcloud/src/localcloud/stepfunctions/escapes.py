"""Read the escapes of JSON in names and other texts of a definition.

LocalStack takes them as they are written: Terraform's `jsonencode` writes `&` as `\\u0026`, so that
a state called "Cut & paste" has another name in `$$.State.Name`, histories and logs.
"""

import json
from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.parse.preprocessor import Preprocessor

from localcloud.wrapping import wrap


def install() -> None:
    """Unescape what LocalStack cuts out of the definition."""

    @wrap(Preprocessor, "_inner_string_of")
    def inner_string(original: Callable[..., str | None], *args: Any, **more: Any) -> str | None:
        text = original(*args, **more)
        return text if text is None or "\\" not in text else unescaped(text)


def unescaped(text: str) -> str:
    """Return what a JSON string with this text between its quotes says; other text as it is."""
    try:
        value = json.loads(f'"{text}"')
    except ValueError:
        return text
    return value if isinstance(value, str) else text
