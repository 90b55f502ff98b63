"""The attributes that a request to DynamoDB names (`dynamodb:Attributes`), and what it asks for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

# The path of an attribute, `state`, `#s` or `a.b[0].c`, whose first part counts; or a function.
_PATH = re.compile(r"(?<![\w:#.])(#?[A-Za-z_]\w*)(?:\[\d+\]|\.#?\w+)*(\s*\()?")
_KEYWORDS = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}
_EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "FilterExpression",
    "KeyConditionExpression",
)
# What expressions have replaced: maps by attribute, and a list of attributes.
_LEGACY = (
    "AttributeUpdates",
    "Expected",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
    "AttributesToGet",
)


def attributes(request: Mapping[str, Any]) -> set[str]:
    """Return the attributes that a request's key, item and expressions name."""
    names = {name for part in ("Key", "Item") for name in request.get(part) or {}}
    names |= {name for part in _LEGACY for name in request.get(part) or ()}
    aliases = request.get("ExpressionAttributeNames") or {}
    for part in _EXPRESSIONS:
        names |= {aliases.get(name, name) for name in _named(request.get(part) or "")}
    return names


def returned(request: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of what a request wants to get back, if it says so."""
    keys = {"dynamodb:returnvalues": "ReturnValues", "dynamodb:select": "Select"}
    return {key: (str(request[name]),) for key, name in keys.items() if request.get(name)}


def _named(expression: str) -> Iterator[str]:
    for found in _PATH.finditer(expression):
        name, is_call = found.groups()
        if name.upper() not in _KEYWORDS and not is_call:
            yield name
