"""Parse policy documents into statements."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

# An operator, a key, and the values of which one must match.
type Condition = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy. `sid` is its number when it has no Sid.

    Either actions or not_actions is empty, and either resources or not_resources.
    """

    policy: str
    sid: str
    allows: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    principals: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def parse(policy: str, document: str) -> tuple[Statement, ...]:
    """Parse a document, which IAM may store percent-encoded.

    Results are cached by the document's text, so a rewritten document is parsed again.
    """
    text = unquote(document) if document.startswith("%7B") else document
    statements = _several(json.loads(text)["Statement"])
    return tuple(_statement(policy, number, item) for number, item in enumerate(statements, 1))


def _statement(policy: str, number: int, item: Mapping[str, Any]) -> Statement:
    return Statement(
        policy=policy,
        sid=item.get("Sid") or str(number),
        allows=item["Effect"] == "Allow",
        actions=_texts(item.get("Action")),
        not_actions=_texts(item.get("NotAction")),
        resources=_texts(item.get("Resource")),
        not_resources=_texts(item.get("NotResource")),
        conditions=tuple(_conditions(item.get("Condition") or {})),
        principals=_principals(item.get("Principal")),
    )


def _conditions(block: Mapping[str, Mapping[str, Any]]) -> list[Condition]:
    return [
        (operator, key.lower(), _texts(values))
        for operator, keys in block.items()
        for key, values in keys.items()
    ]


def _principals(given: Any) -> tuple[str, ...]:
    if isinstance(given, Mapping):
        return tuple(name for names in given.values() for name in _texts(names))
    return _texts(given)


def _texts(given: Any) -> tuple[str, ...]:
    if isinstance(given, bool):
        return (str(given).lower(),)
    return tuple(
        _texts(item)[0] if isinstance(item, bool) else str(item) for item in _several(given)
    )


def _several(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]
