"""What every store of pools promises: a change replaces what it has seen, or nothing."""

from dataclasses import replace

from activity_dispatch.domain.pools import Call, Place, Pool, Share
from activity_dispatch.domain.tasks import Task

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
FULL = Pool(
    held={"6742f00000000001": Share(activity_arn=ARN, weight=3)},
    calls={"a-0": Call(activity_arn=ARN, weight=1, until=1234.5, is_sent=True, is_missed=True)},
    line={ARN + "2": Place(ticket=4, weight=2, count=7, missed=True)},
    put_off={ARN: 99.25},
    tickets=5,
    changes=("a", "b"),
)


def test_a_pool_that_was_never_written_is_empty(pools, table) -> None:
    assert pools.read_pool("gpus") == Pool()
    assert pools.pool_size("gpus") is None
    assert table.overview().pools == ()


def test_a_pool_is_read_as_it_was_written(pools, table) -> None:
    assert pools.write_pool("gpus", FULL, seen=Pool())
    assert pools.read_pool("gpus") == FULL
    (record,) = table.overview().pools
    assert (record.name, record.pool) == ("gpus", FULL)


def test_a_change_does_not_replace_one_that_it_has_not_seen(pools) -> None:
    empty = pools.read_pool("gpus")
    first, other = empty.noting("first"), empty.noting("other")
    assert pools.write_pool("gpus", first, seen=empty)
    assert not pools.write_pool("gpus", other, seen=empty)
    assert pools.write_pool("gpus", first.noting("second"), seen=first)
    assert not pools.write_pool("gpus", first.noting("third"), seen=first)
    assert pools.read_pool("gpus").changes == ("first", "second")


def test_a_repeated_change_has_the_same_result(pools) -> None:
    first = Pool().noting("first")
    assert [pools.write_pool("gpus", first, seen=Pool()) for _ in range(2)] == [True, True]
    second = first.noting("second")
    assert [pools.write_pool("gpus", second, seen=first) for _ in range(2)] == [True, True]


def test_the_size_is_what_terraform_wrote(pools) -> None:
    if hasattr(pools, "sizes"):
        pools.sizes["gpus"] = 4
    else:
        item = {"task_id": {"S": "activity#pool:gpus"}, "size": {"N": "4"}}
        pools.client.put_item(TableName=pools.table, Item=item)
    assert pools.pool_size("gpus") == 4


def test_a_task_keeps_the_pool_that_it_holds(table) -> None:
    task = Task(activity_arn=ARN, token="t", input="1", heartbeat_seconds=60, poll_id="6742f00000000001")
    table.add(replace(task, pool="gpus"), "fake")
    record = table.get(task.task_id)
    assert record.slot_release.room.pool == "gpus"
    assert table.overview().tasks[0].pool == "gpus"
    parked = replace(task, token="u", poll_id="")
    table.park(parked, "fake")
    held = {"holds_slot": False, "description": "0" * 32, "pool": "gpus"}
    assert table.unpark(parked.task_id, "6742f00000000002", **held)
    assert table.get(parked.task_id).slot_release.room.holder == "6742f00000000002"
