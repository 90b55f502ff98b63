"""Items of tasks that a warm worker took: a job writes them, and whose they are it can't say.

Such an item has the task's own attributes and one that names the task that its job was started for. The
dispatcher wrote that one: activity, backend, description and job are read there, whatever the item says. The
description's attribute has the link of the chain too: a task is where its job is.
The attribute's name has the activity's name in it: a job's role may write that of its own activity only
(module `job-policy`), so that no job can have its input started as another activity's task.
"""

from collections.abc import Callable, Iterable, Iterator

from activity_dispatch.domain.attempts import attempt_of
from activity_dispatch.domain.tasks import is_task_id
from activity_dispatch.store.dynamodb.attributes import DESCRIPTION, Item

_OF_JOB = ("activity_arn", "backend", "heartbeat_seconds", DESCRIPTION)
_OWN = ("task_id", "state", "poll_id", "token", "input", "input_s3_uri", "claimed_by", "claimed_at")
_FACTS = ("execution_arn", "origin")
_RESULT = ("progress", "outcome", "error", "settled_at")
_JOB_OF = "job_of:"

type Read = Callable[[str], Item | None]


def job_of(activity_arn: str) -> str:
    """Return the name of the attribute with the first task of a job of this activity."""
    return _JOB_OF + activity_arn.rpartition(":")[2]


def whole(item: Item, read: Read) -> Item:
    """Return a warm worker's task with what its job's first task says; other items as they are.

    `item` may be of the index, which lacks that task's name. `read` reads an item. Where there is no such
    task, the result is no valid task.
    """
    key = item.get("task_id", {}).get("S")
    if not is_task_id(key):
        return item
    if "activity_arn" in item:
        # A dispatcher's own, whatever a job has added.
        return {name: value for name, value in item.items() if name != "job_of"}
    item = item if any(name.startswith(_JOB_OF) for name in item) else read(key) or item
    own = {name: item[name] for name in (*_OWN, *_FACTS, *_RESULT) if name in item}
    found = _first_task(item, read)
    if found is None:
        return own
    shared = {name: found[name] for name in _OF_JOB if name in found} | {"job_of": found["task_id"]}
    began = item.get("claimed_at")
    if began is None:
        # Given back: nobody has begun it, and it may be started at once.
        return {**own, **shared, **_first_link(found), "starting_at": {"N": "0"}}
    job = {"job_id": found["job_id"]} if "job_id" in found else {}
    return {**own, **shared, **job, "starting_at": began, "started_at": began}


def _first_link(found: Item) -> Item:
    """Return the description at the first backend of its chain: there a task without a job begins."""
    known = attempt_of(found.get(DESCRIPTION, {}).get("S"))
    return {} if known is None else {DESCRIPTION: {"S": known[0]}}


def _first_task(item: Item, read: Read) -> Item | None:
    """Return the item of the task that the job was started for."""
    for name, value in item.items():
        first = value.get("S") if name.startswith(_JOB_OF) else None
        found = read(first) if is_task_id(first) else None
        # Only a dispatcher's task has an activity: there are no chains.
        if found is not None and job_of(found.get("activity_arn", {}).get("S", "")) == name:
            return found
    return None


def all_whole(items: Iterable[Item], read: Read) -> Iterator[Item]:
    """Yield all items as `whole` returns them."""
    return (whole(item, read) for item in items)
