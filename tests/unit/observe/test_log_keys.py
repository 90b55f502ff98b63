"""Keys on log lines: each thread has its own, and they last until the end of the block."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from activity_dispatch.domain.tasks import Task, TaskRecord, TaskState
from activity_dispatch.observe.log_keys import KeysOnRecords, activity_name, keys_of, log_keys

LOG = logging.getLogger("keys")


@pytest.fixture
def records():
    """Return the records that a handler with the filter gets."""
    kept: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    handler = Keep()
    handler.addFilter(KeysOnRecords())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    yield kept
    LOG.removeHandler(handler)


def keys(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name in {"task_id", "job_id", "activity"}}


def test_inner_keys_are_added_to_outer_ones_and_end_first(records) -> None:
    with log_keys(activity="work", job_id=None):
        with log_keys(task_id="1", activity="other"):
            LOG.info("inside")
        LOG.info("outside")
    LOG.info("after")
    assert [keys(record) for record in records] == [
        {"activity": "other", "task_id": "1"},
        {"activity": "work"},
        {},
    ]


def test_keys_end_with_an_error_too(records) -> None:
    with pytest.raises(ValueError, match="x"), log_keys(task_id="1"):
        raise ValueError("x")
    LOG.info("after")
    assert keys(records[0]) == {}


def test_each_thread_of_a_pool_has_its_own_keys_and_keeps_none(records) -> None:
    together = threading.Barrier(10)

    def work(number: int) -> None:
        with log_keys(task_id=str(number)):
            together.wait(10)
            LOG.info("%d", number)
            together.wait(10)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
        list(pool.map(lambda number: LOG.info("between %d", number), range(20)))
        list(pool.map(work, range(10, 20)))
    during = [record for record in records if "between" not in record.msg]
    assert len(during) == 20
    assert all(keys(record) == {"task_id": record.getMessage()} for record in during)
    assert [keys(record) for record in records if "between" in record.msg] == [{}] * 20


def test_a_records_own_keys_take_precedence(records) -> None:
    with log_keys(task_id="1"):
        LOG.info("of another task", extra={"task_id": "2"})
    assert keys(records[0]) == {"task_id": "2"}


def test_a_tasks_keys_do_not_include_its_token() -> None:
    arn = "arn:aws:states:eu-west-1:000000000000:activity:work"
    task = Task(activity_arn=arn, token="secret", input="{}", heartbeat_seconds=60, poll_id="p")
    record = TaskRecord(
        task_id=task.task_id,
        activity_arn=arn,
        backend="batch",
        state=TaskState.STARTED,
        heartbeat_seconds=60,
        poll_id="p",
        token="secret",
        job_id="j",
    )
    known = {"task_id": task.task_id, "poll_id": "p", "activity": "work"}
    assert keys_of(task) == known
    assert keys_of(record) == {**known, "backend": "batch", "job_id": "j"}
    assert activity_name(arn) == "work"
