"""What every store of the reconciler's cursors promises."""

import boto3
import pytest

from activity_dispatch.store.cursors import Mark
from activity_dispatch.store.dynamodb.cursors import KEY, MAX_MARKS, DynamoCursors
from activity_dispatch.testing import InMemoryCursors, InMemoryTaskTable

ONE = {"arn:1": (Mark("a" * 32, 1_000_000.0), Mark("3" * 32, 1_000_060.0))}


@pytest.fixture
def cursors(table):
    """The cursors beside the table's tasks."""
    if isinstance(table, InMemoryTaskTable):
        return InMemoryCursors()
    return DynamoCursors(client=table.client, table=table.name)


def test_at_first_there_are_no_cursors(cursors) -> None:
    assert cursors.read() == {}


def test_all_cursors_are_replaced(cursors) -> None:
    cursors.write(ONE)
    assert cursors.read() == ONE
    other = {"arn:2": (Mark("b" * 32, 1_000_120.0),)}
    cursors.write(other)
    assert cursors.read() == other
    cursors.write({})
    assert cursors.read() == {}


def test_cursors_are_no_open_tasks(cursors, table) -> None:
    cursors.write(ONE)
    assert table.overview().tasks == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"arn": 1}', '{"arn": [["id"]]}', '{"arn": [["id", "x"]]}'])
def test_cursors_that_can_not_be_understood_are_ignored(cursors, text: str) -> None:
    if isinstance(cursors, InMemoryCursors):
        pytest.skip("memory keeps no text")
    item = {"task_id": {"S": KEY}, "cursors": {"S": text}}
    cursors.client.put_item(TableName=cursors.table, Item=item)
    assert cursors.read() == {}
    cursors.write(ONE)
    assert cursors.read() == ONE


def test_more_cursors_than_an_item_holds_are_cut(cursors) -> None:
    if isinstance(cursors, InMemoryCursors):
        pytest.skip("memory has no limit")
    arn = "arn:aws:states:eu-west-1:000000000000:activity:" + "x" * 70
    marks = tuple(Mark(f"{number:032}", 1.0) for number in range(20))
    cursors.write({f"{arn}{number:04}": marks for number in range(9_999)})
    item = boto3.client("dynamodb").get_item(TableName="tasks", Key={"task_id": {"S": KEY}})["Item"]
    assert 10 < len(cursors.read()) < MAX_MARKS
    assert len(item["cursors"]["S"]) < 390_000
