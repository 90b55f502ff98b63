"""Lets many threads write items in shared calls: items that arrive during a call go with the next.

A shared call consumes as many write units as single calls would, but a fraction of their CPU time.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from activity_dispatch.store.dynamodb.calls import unless_refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOG = logging.getLogger(__name__)

MAX_ITEMS = 25


class _Turn(Enum):
    WRITTEN = auto()  # another thread wrote the item
    ALONE = auto()  # not written: write it with a separate call
    LEAD = auto()  # write it, together with those that wait


@dataclass(frozen=True)
class _Waiting:
    item: Mapping[str, Any]
    turn: SimpleQueue[_Turn] = field(default_factory=SimpleQueue)


@dataclass(kw_only=True)
class SharedPuts:
    """Puts new items into a table; thread-safe."""

    client: "DynamoDBClient"
    table: str
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _is_led: bool = field(default=False, init=False)
    _waiting: list[_Waiting] = field(default_factory=list, init=False)

    def put(self, item: Mapping[str, Any]) -> None:
        """Put an item that is known to be new, together with other threads' if there are any.

        Raises ClientError and BotoCoreError.
        """
        mine = _Waiting(item)
        with self._lock:
            self._waiting.append(mine)
            turn = None if self._is_led else _Turn.LEAD
            self._is_led = True
        turn = turn or mine.turn.get()
        if turn is _Turn.LEAD:
            self._lead()
        elif turn is _Turn.ALONE:
            self.put_alone(item)

    def put_alone(self, item: Mapping[str, Any]) -> bool:
        """Put an item with a separate call; return False if it exists."""
        written = unless_refused(
            lambda: self.client.put_item(
                TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(task_id)"
            )
        )
        return written is not None

    def _lead(self) -> None:
        """Write the waiting items, this thread's own first; then let the next thread lead."""
        with self._lock:
            batch, self._waiting = self._waiting[:MAX_ITEMS], self._waiting[MAX_ITEMS:]
        mine, others = batch[0], batch[1:]
        written: Sequence[bool] = [False] * len(batch)
        try:
            if others:
                written = self._write([each.item for each in batch])
            if not written[0]:
                self.put_alone(mine.item)
        finally:
            for each, is_written in zip(others, written[1:], strict=True):
                each.turn.put(_Turn.WRITTEN if is_written else _Turn.ALONE)
            with self._lock:
                self._is_led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].turn.put(_Turn.LEAD)

    def _write(self, items: Sequence[Mapping[str, Any]]) -> Sequence[bool]:
        """Return for each item whether it was written."""
        requests: Any = [{"PutRequest": {"Item": item}} for item in items]
        try:
            response = self.client.batch_write_item(RequestItems={self.table: requests})
        except (ClientError, BotoCoreError) as error:
            # A single item may have caused the error: each thread retries its own and gets its own error.
            LOG.warning("%d items written one by one: %s", len(items), error)
            return [False] * len(items)
        left = response.get("UnprocessedItems", {}).get(self.table, [])
        keys = {each["PutRequest"]["Item"]["task_id"]["S"] for each in left}
        return [item["task_id"]["S"] not in keys for item in items]
