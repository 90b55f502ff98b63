"""DynamoDB: tables, indexes, and the partition keys and attributes that policies may name.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from localcloud.iam.decision import Need
from localcloud.iam.requests.attributes import attributes, returned
from localcloud.iam.requests.call import Call

_LEADING_KEYS = "dynamodb:leadingkeys"
_ATTRIBUTES = "dynamodb:attributes"
_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def needs(call: Call) -> list[Need]:
    """Return what a request needs."""
    match call.operation:
        case "BatchGetItem":
            tables = call.parameters["RequestItems"].items()
            return [_need(call, "BatchGetItem", name, item["Keys"], item) for name, item in tables]
        case "BatchWriteItem":
            return [
                _need(call, "BatchWriteItem", name, map(_written, writes))
                for name, writes in call.parameters["RequestItems"].items()
            ]
        case "TransactWriteItems" | "TransactGetItems":
            items = call.parameters["TransactItems"]
            return [
                _need(call, _TRANSACTED[kind], item["TableName"], [_key(item)], item)
                for entry in items
                for kind, item in entry.items()
            ]
        case "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
            keys = [_key(call.parameters)]
            return [_need(call, call.operation, call.text("TableName"), keys, call.parameters)]
        case "Query" | "Scan":
            return [_search(call)]
    return [Need(action=call.action, resource=_arn(call, call.text("TableName")))]


def _need(
    call: Call,
    action: str,
    table: str,
    keys: Iterable[Mapping[str, Any]],
    request: Mapping[str, Any] | None = None,
) -> Need:
    """Return the need of one action; the keys of a batch's writes name their attributes too."""
    name, items = _hash_key(call, table), list(keys)
    values = tuple(_plain(key[name]) for key in items if name in key)
    named = {attribute for item in items for attribute in item} | attributes(request or {})
    context = {_LEADING_KEYS: values, _ATTRIBUTES: tuple(sorted(named)), **returned(request or {})}
    present = {key: found for key, found in context.items() if found}
    return Need(action=f"dynamodb:{action}", resource=_arn(call, table), context=present)


def _search(call: Call) -> Need:
    table, index = call.text("TableName"), call.text("IndexName")
    arn = _arn(call, table)
    value = _queried(call, _hash_key(call, table, index))
    context = {
        _LEADING_KEYS: () if value is None else (value,),
        _ATTRIBUTES: tuple(sorted(attributes(call.parameters))),
        **returned(call.parameters),
    }
    return Need(
        action=call.action,
        resource=f"{arn}/index/{index}" if index else arn,
        context={key: found for key, found in context.items() if found},
    )


def _queried(call: Call, name: str) -> str | None:
    """Return the partition key in a Query's condition."""
    names = call.parameters.get("ExpressionAttributeNames") or {}
    values = call.parameters.get("ExpressionAttributeValues") or {}
    for left, right in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", call.text("KeyConditionExpression")):
        if names.get(left, left) == name and right in values:
            return _plain(values[right])
    return None


def _arn(call: Call, table: str) -> str:
    if not table:
        return "*"
    return table if table.startswith("arn:") else call.arn(f"table/{table}")


def _hash_key(call: Call, table: str, index: str = "") -> str:
    name = table.rpartition("table/")[2]
    found = dynamodb_backends[call.account][call.region].tables.get(name)
    if found is None:
        return ""
    schemas = {item.name: item.schema for item in [*found.global_indexes, *found.indexes]}
    for key in schemas.get(index, ()):
        if key["KeyType"] == "HASH":
            return str(key["AttributeName"])
    return str(found.hash_key_attr)


def _written(write: Mapping[str, Any]) -> Mapping[str, Any]:
    return _key(next(iter(write.values())))


def _key(item: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = item.get("Key") or item.get("Item") or {}
    return found


def _plain(value: Mapping[str, Any]) -> str:
    return str(next(iter(value.values())))
