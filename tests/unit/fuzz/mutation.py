"""Valid JSON documents, broken in a few places: they get further than random ones."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from tests.unit.hypothesis_profiles import examples

type Path = tuple[str | int, ...]

_DEPTH = 500


def _nested() -> Any:
    document: Any = []
    for _ in range(_DEPTH):
        document = [document]
    return document


# What has broken programs before: a lone surrogate, an endless number, the largest text.
NASTY: list[Any] = [
    None,
    True,
    0,
    -1,
    137,
    10**4_000,
    1.5,
    1e308,
    math.inf,
    "",
    "0",
    "\0",
    "\ud800",
    "x" * 70_000,
    "\U0001f600" * 33_000,
    "\x01" * 33_000,
    "activity#arn:aws:states:eu-west-1:000000000000:activity:work",
    "slots#arn:aws:states:eu-west-1:000000000000:activity:work",
    [],
    [[]],
    {},
    {"": None},
    _nested(),
]
# Copied, because a mutation may change it later.
nasty = st.sampled_from(NASTY).map(lambda value: _copy(value))
values = nasty | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw: Callable[[Any], Any], document: Any, most: int = 3) -> Any:
    """Return the document with up to `most` changes: something removed, replaced, repeated or moved."""
    changed = _copy(document)
    for _ in range(draw(st.integers(0, most))):
        paths = list(_paths(changed))
        if not paths:
            return draw(values)
        changed = _with_change(draw, changed, draw(st.sampled_from(paths)), paths)
    return changed


def many(times: int) -> settings:
    """Return settings for a test that tries this many examples in `make deep-test`, and fewer elsewhere."""
    return settings(max_examples=examples(times))


def tried[T](
    call: Callable[[], T], refused: type[Exception] | tuple[type[Exception], ...]
) -> tuple[T | None, str]:
    """Return what the call returns, or the message of its refusal."""
    try:
        return call(), ""
    except refused as error:
        return None, str(error)


def _with_change(draw: Callable[[Any], Any], document: Any, path: Path, paths: list[Path]) -> Any:
    *way, last = path
    parent = _at(document, tuple(way))
    change = draw(st.sampled_from(["remove", "replace", "replace", "repeat", "move"]))
    if change == "remove":
        del parent[last]
    elif change == "replace":
        parent[last] = draw(values)
    elif change == "repeat":
        parent[last] = [parent[last], _copy(parent[last])]
    else:
        parent[last] = _copy(_at(document, draw(st.sampled_from(paths))))
    return document


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _paths(document: Any, before: Path = ()) -> Iterator[Path]:
    if len(before) > 8:
        return
    steps: Any = ()
    if isinstance(document, dict):
        steps = list(document)
    elif isinstance(document, list):
        steps = range(len(document))
    for step in steps:
        yield (*before, step)
        yield from _paths(document[step], (*before, step))


def _copy(document: Any) -> Any:
    return json.loads(json.dumps(document))
