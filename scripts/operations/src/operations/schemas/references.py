"""Which attributes of resources and data sources a file reads: `aws_x.y.attribute`, and through other names.

Other names are those of `for` expressions, `each.value`, a dynamic block's iterator and `self`. What is
handed on in a local value, or to a function other than `one` and `values`, is not followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from operations.schemas.code import closing, opening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.schemas.block import Key

_NAMED = r"(?P<data>data\.)?(?P<type>aws_\w+)\.\w+"
_REFERENCE = re.compile(rf"(?<![\w.]){_NAMED}")
_ALL_OF = rf"(?:(?:values|one)\(\s*)?{_NAMED}(?:\[\*\])?\s*\)?"
_FOR = re.compile(rf"\bfor\s+(?P<first>\w+)(?:\s*,\s*(?P<second>\w+))?\s+in\s+{_ALL_OF}\s*:")
_FOR_EACH = re.compile(rf"(?m)^\s*for_each\s*=\s*{_ALL_OF}[ \t]*$")
_BLOCK = re.compile(r'(?m)^(?P<kind>resource|data)[ \t]+"(?P<type>aws_\w+)"[^\n{]*\{')
_DYNAMIC = re.compile(r'dynamic[ \t]+"(\w+)"[ \t]*$')
_ITERATOR = re.compile(r"\biterator\s*=\s*(\w+)")
_IGNORED = re.compile(r"\bignore_changes\s*=\s*\[")
_STEP = re.compile(r"\.(?P<name>[A-Za-z_]\w*)|\.\*|\.\d+|(?P<index>\[)")

# A key, the names after it, and where they begin.
type Read = tuple[Key, tuple[str, ...], int]


def read(text: str, code: str) -> Iterator[Read]:
    """Yield what is read in a file; `code` is its text without comments and literals."""
    for match in _REFERENCE.finditer(code):
        end = match.end()
        path = _path(code, end)
        if not path and re.search(r"\b(values|one)\(\s*$", code[: match.start()]):
            path = _path(code, closing(code, end) + 1)
        yield _key(match), path, match.start()
    for match in _FOR.finditer(code):
        name = match["second"] or match["first"]
        yield from _through(code, name, _key(match), match.end(), closing(code, match.end()))
    for match in _FOR_EACH.finditer(code):
        start = opening(code, match.start("type"))
        yield from _through(
            code, _iterator(text, code, start), _key(match), start, closing(code, match.end())
        )
    yield from _in_blocks(text, code)


def _in_blocks(text: str, code: str) -> Iterator[Read]:
    """Yield what a block reads of itself: through `self`, and the names of `ignore_changes`."""
    for match in _BLOCK.finditer(text):
        end = closing(code, match.end())
        key = match["kind"], match["type"]
        yield from _through(code, "self", key, match.end(), end)
        for ignored in _IGNORED.finditer(code, match.end(), end):
            start = ignored.end()
            for name in re.finditer(r"(?<![\w.\[])[a-z_]\w*", code[start : closing(code, start)]):
                yield key, (name[0], *_path(code, start + name.end())), start + name.start()


def _through(code: str, name: str, key: Key, start: int, end: int) -> Iterator[Read]:
    for match in re.compile(rf"(?<![\w.]){re.escape(name)}(?=[.\[])").finditer(code, start, end):
        yield key, _path(code, match.end()), match.start()


def _iterator(text: str, code: str, brace: int) -> str:
    """Return the name that stands for an element of a block's `for_each`."""
    dynamic = _DYNAMIC.search(text, text.rfind("\n", 0, brace) + 1, brace)
    if dynamic is None:
        return "each.value"
    renamed = _ITERATOR.search(code, brace, closing(code, brace + 1))
    return f"{renamed[1] if renamed else dynamic[1]}.value"


def _path(code: str, position: int) -> tuple[str, ...]:
    """Return the names that follow, without indexes: `[0].endpoint.url` is endpoint, url."""
    names = []
    while step := _STEP.match(code, position):
        position = closing(code, step.end()) + 1 if step["index"] else step.end()
        if step["name"]:
            names.append(step["name"])
    return tuple(names)


def _key(match: re.Match[str]) -> Key:
    return "data" if match["data"] else "resource", match["type"]
