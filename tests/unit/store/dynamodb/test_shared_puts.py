"""Threads that write at the same time share one call, and no item is lost if it fails."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from activity_dispatch.store.dynamodb.shared_puts import MAX_ITEMS, SharedPuts
from activity_dispatch.testing.stepfunctions import client_error

WAIT_SECONDS = 10


class Table:
    """A client that holds the first put until the other threads wait behind it."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.alone: list[str] = []
        self.batches: list[list[str]] = []
        self.unprocessed: set[str] = set()
        self.refuse: Exception | None = None
        self.bad = ""
        self.puts = SharedPuts(client=self, table="tasks")  # type: ignore[arg-type]
        self.first = threading.Event()

    def put_item(self, **request: Any) -> dict[str, Any]:
        assert request["ConditionExpression"] == "attribute_not_exists(task_id)"
        key = request["Item"]["task_id"]["S"]
        if not self.alone:
            self.first.set()
            self._wait_for_others()
        self.alone.append(key)
        if key == self.bad:
            raise client_error("ValidationException", "PutItem")
        return {}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        requests = RequestItems["tasks"]
        keys = [each["PutRequest"]["Item"]["task_id"]["S"] for each in requests]
        if self.refuse:
            raise self.refuse
        self.batches.append(keys)
        left = [each for each, key in zip(requests, keys, strict=True) if key in self.unprocessed]
        return {"UnprocessedItems": {"tasks": left} if left else {}}

    def _wait_for_others(self) -> None:
        moment = threading.Event()
        for _ in range(WAIT_SECONDS * 100):
            if len(self.puts._waiting) == self.threads - 1:
                return
            moment.wait(0.01)
        raise AssertionError("the other threads did not arrive")

    def run(self) -> list[BaseException | None]:
        """Put an item from each thread, in the first one first; return what each raised."""
        with ThreadPoolExecutor(self.threads) as pool:
            futures = [pool.submit(self.puts.put, item("0"))]
            assert self.first.wait(WAIT_SECONDS)
            futures += [pool.submit(self.puts.put, item(str(n))) for n in range(1, self.threads)]
            return [future.exception(WAIT_SECONDS) for future in futures]


def item(key: str) -> dict[str, Any]:
    return {"task_id": {"S": key}}


def test_a_single_thread_puts_its_items_alone() -> None:
    table = Table(1)
    for _ in range(3):
        table.puts.put(item("x"))
    assert (table.alone, table.batches) == (["x"] * 3, [])


def test_items_that_arrive_during_a_put_share_the_next_call() -> None:
    table = Table(9)
    assert table.run() == [None] * 9
    assert table.alone == ["0"]
    (batch,) = table.batches
    assert sorted(batch) == [str(n) for n in range(1, 9)]


def test_no_batch_is_larger_than_dynamodb_accepts() -> None:
    table = Table(2 * MAX_ITEMS + 2)
    assert table.run() == [None] * table.threads
    assert [len(batch) for batch in table.batches] == [MAX_ITEMS, MAX_ITEMS]
    written = table.alone + [key for batch in table.batches for key in batch]
    assert sorted(written, key=int) == [str(n) for n in range(table.threads)]


def test_unprocessed_items_of_a_batch_are_put_alone() -> None:
    table = Table(6)
    table.unprocessed = {"2", "5"}
    assert table.run() == [None] * 6
    assert set(table.alone) == {"0", "2", "5"}


def test_after_a_refused_batch_each_thread_gets_its_own_error(caplog: pytest.LogCaptureFixture) -> None:
    table = Table(6)
    table.refuse, table.bad = client_error("ValidationException", "BatchWriteItem"), "3"
    raised = table.run()
    assert [str(error)[:40] if error else None for error in raised] == [
        *[None] * 3,
        "An error occurred (ValidationException) ",
        *[None] * 2,
    ]
    assert sorted(table.alone) == [str(n) for n in range(6)]
    assert "5 items written one by one" in caplog.text


def test_a_failing_thread_strands_no_other() -> None:
    table = Table(3)
    table.bad = "0"
    raised = table.run()
    assert [error is not None for error in raised] == [True, False, False]
    assert sorted(*table.batches) == ["1", "2"]
