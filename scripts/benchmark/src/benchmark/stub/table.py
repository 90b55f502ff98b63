"""A DynamoDB table that understands the dispatcher's requests and refuses all others."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

type Item = dict[str, Any]

# DynamoDB ends a page here. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
PAGE_BYTES = 1_000_000
_ASSIGNED = re.compile(r"(#?\w+) = (:\w+)")
_COMPARED = re.compile(r"(#?\w+) (=|<=) (:\w+)")
_OF_POLL = re.compile(r"poll_id = (:\w+)")
_EXISTS = re.compile(r"attribute_(not_)?exists\((#?\w+)\)")


class NotUnderstood(Exception):
    """An expression that this table cannot evaluate; it never counts as true."""


class ConditionFailed(Exception):
    """The item does not meet the request's condition."""


class Table:
    """Items by `task_id`; those with a `poll_id` are in the index."""

    def __init__(self) -> None:
        """Begin empty."""
        self.items: dict[str, Item] = {}

    def put(self, request: Mapping[str, Any]) -> Item:
        """PutItem."""
        item = request["Item"]
        key = item["task_id"]["S"]
        self._check(request, self.items.get(key, {}))
        self.items[key] = item
        return {}

    def put_many(self, request: Mapping[str, Any]) -> Item:
        """BatchWriteItem, with puts into this table only."""
        for requests in request["RequestItems"].values():
            for each in requests:
                self.put(each["PutRequest"])
        return {"UnprocessedItems": {}}

    def update(self, request: Mapping[str, Any]) -> Item:
        """UpdateItem, of the kind `SET a = :b, c = :d`."""
        key = request["Key"]["task_id"]["S"]
        item = self.items.get(key, {})
        self._check(request, item)
        changed = dict(item, task_id={"S": key})
        for part in request["UpdateExpression"].removeprefix("SET ").split(", "):
            assigned = _ASSIGNED.fullmatch(part)
            if assigned is None:
                raise NotUnderstood(request["UpdateExpression"])
            changed[_name(assigned.group(1), request)] = request["ExpressionAttributeValues"][
                assigned.group(2)
            ]
        self.items[key] = changed
        return {}

    def get(self, request: Mapping[str, Any]) -> Item:
        """GetItem."""
        item = self.items.get(request["Key"]["task_id"]["S"])
        return {} if item is None else {"Item": item}

    def query(self, request: Mapping[str, Any]) -> Item:
        """Query of the index for one `poll_id`."""
        of_poll = _OF_POLL.fullmatch(request["KeyConditionExpression"])
        if of_poll is None:
            raise NotUnderstood(request["KeyConditionExpression"])
        wanted = request["ExpressionAttributeValues"][of_poll.group(1)]
        found = [item for item in self.items.values() if item.get("poll_id") == wanted]
        return {"Items": found, "Count": len(found)}

    def scan(self, request: Mapping[str, Any]) -> Item:
        """Scan of the index, a page of up to 1 MB."""
        after = request.get("ExclusiveStartKey", {}).get("task_id", {}).get("S")
        page, size = [], 0
        for item in self._index_after(after):
            page.append(item)
            size += sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
            if size > PAGE_BYTES:
                last = {"task_id": item["task_id"], "poll_id": item["poll_id"]}
                return {"Items": page, "Count": len(page), "LastEvaluatedKey": last}
        return {"Items": page, "Count": len(page)}

    def _index_after(self, key: str | None) -> Iterator[Item]:
        passed = key is None
        for name, item in self.items.items():
            if passed and "poll_id" in item:
                yield {attribute: value for attribute, value in item.items() if attribute != "input"}
            passed = passed or name == key

    def _check(self, request: Mapping[str, Any], item: Item) -> None:
        condition = request.get("ConditionExpression")
        if condition is None:
            return
        if not any(
            all(_holds(part, request, item) for part in parts.split(" AND "))
            for parts in condition.split(" OR ")
        ):
            raise ConditionFailed(condition)


def _holds(part: str, request: Mapping[str, Any], item: Item) -> bool:
    if exists := _EXISTS.fullmatch(part):
        return (_name(exists.group(2), request) in item) is (exists.group(1) is None)
    if compared := _COMPARED.fullmatch(part):
        found = item.get(_name(compared.group(1), request))
        wanted = request["ExpressionAttributeValues"][compared.group(3)]
        if compared.group(2) == "=":
            return bool(found == wanted)
        return found is not None and float(found["N"]) <= float(wanted["N"])
    raise NotUnderstood(part)


def _name(name: str, request: Mapping[str, Any]) -> str:
    return str(request["ExpressionAttributeNames"][name]) if name.startswith("#") else name
