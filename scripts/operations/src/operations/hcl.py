"""Terraform's files, read with python-hcl2.

In what it returns a quoted string keeps its quotes and escapes, and other expressions are text in `${...}` or
bare, so the two can be told apart.
"""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Such a key means the same without its quotes.
_QUOTED_NAME = re.compile(r'"[A-Za-z_][\w-]*"')


def parse(text: str, name: str) -> Mapping[str, Any]:
    """Return the attributes and blocks of a file; `name` is how errors refer to it.

    Raises OperationError, with the line and column, when the text is not valid HCL.
    """
    # Importing and building the parser takes two seconds: only commands that read HCL wait for it.
    import hcl2
    from lark.exceptions import UnexpectedInput

    try:
        return hcl2.loads(text)
    except UnexpectedInput as error:
        where = f"line {error.line}, column {error.column}"
        raise OperationError(f"{name} is not valid HCL: {where}", detail=error.get_context(text)) from None


def string(value: Any) -> str | None:
    """Return the content of a quoted string or a heredoc, None for any other value."""
    if not isinstance(value, str) or not value.startswith('"'):
        return None
    if value.startswith('"<<'):
        return _heredoc(value[1:-1])
    try:
        content = json.loads(value)
    except json.JSONDecodeError:
        return None
    return str(content)


def source(value: Any) -> str:
    """Return a value as it is written in HCL."""
    if isinstance(value, dict):
        items = ", ".join(f"{_key(key)} = {source(item)}" for key, item in value.items())
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, list):
        return f"[{', '.join(source(item) for item in value)}]"
    return _expression(value) if isinstance(value, str) else json.dumps(value)


def _heredoc(text: str) -> str:
    marker, _, rest = text.partition("\n")
    body = f"{rest.rpartition('\n')[0]}\n"
    return textwrap.dedent(body) if marker.startswith("<<-") else body


def _key(text: str) -> str:
    return text[1:-1] if _QUOTED_NAME.fullmatch(text) else _expression(text)


def _expression(text: str) -> str:
    return text.removeprefix("${").removesuffix("}") if text.startswith("${") else text
