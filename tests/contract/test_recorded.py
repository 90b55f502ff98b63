"""This release reads what an earlier one wrote, and an earlier one can read what this one writes.

`recorded/VERSION.json` is what that release wrote on the local cloud, with its tokens replaced. It never
changes after the release: a failure here means that an upgrade would lose data (docs/operations.md).
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from tests.contract.table import projected

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.invocation import Invocation, payload_of
from activity_dispatch.domain.polls import poll_id_of, worker_name
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import OutcomeName, Task, TaskState
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.store.dynamodb.items import new_item, overview_of, record_of, slots_of

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))
# States and outcomes that this release reads but does not write yet; the next one may.
UNDERSTOOD_FIRST: set[str] = set()


@pytest.fixture(params=RECORDED, ids=lambda file: file.stem)
def release(request) -> Any:
    return {"version": request.param.stem, **json.loads(request.param.read_text())}


def test_at_least_one_release_is_recorded() -> None:
    assert RECORDED


def test_tasks_can_be_read(release) -> None:
    for name, task in release["tasks"].items():
        found = asdict(record_of(task["item"]))
        assert {key: found[key] for key in task["read"]} == task["read"], name


@pytest.mark.parametrize("table", ["dynamodb"], indirect=True)
def test_a_task_that_an_earlier_release_started_can_be_finished(release, table) -> None:
    for name in ("starting", "started", "claimed"):
        item = release["tasks"][name]["item"]
        task_id = item["task_id"]["S"]
        table.client.put_item(TableName=table.name, Item=item)
        assert task_id in [task.task_id for task in table.overview().tasks]
        assert table.of_poll(item["poll_id"]["S"]) is not None
        table.record_started(task_id, "job")
        assert table.claim(task_id, item.get("claimed_by", {"S": "worker"})["S"])
        assert table.record_progress(task_id, "half")
        assert table.record_settled(task_id, OutcomeName.SUCCEEDED, None)
        assert table.close(task_id)
        assert table.get(task_id).outcome is OutcomeName.SUCCEEDED
        assert task_id not in [task.task_id for task in table.overview().tasks]


def test_slots_and_activities_can_be_read(release) -> None:
    slots = slots_of(release["slots"]["item"])
    assert (sorted(slots.holders), slots.waiting) == (
        release["slots"]["read"]["holders"],
        release["slots"]["read"]["waiting"],
    )
    activity = Activity.from_json(release["activity"]["item"]["activity"]["S"])
    assert json.loads(json.dumps(asdict(activity))) == release["activity"]["read"] | added(activity, release)
    whole = overview_of([release["slots"]["item"], release["activity"]["item"]])
    assert (len(whole.slots), len(whole.activities)) == (1, 1)


def added(activity: Activity, release: Any) -> dict[str, Any]:
    """Return the fields of an activity that later releases have added."""
    now = json.loads(json.dumps(asdict(activity)))
    return {key: now[key] for key in now.keys() - release["activity"]["read"].keys()}


def test_dispatch_requests_can_be_read(release) -> None:
    for name, request in release["requests"].items():
        found = DispatchRequest.from_json(request["body"])
        assert {key: getattr(found, key) for key in request["read"]} == request["read"], name


def test_a_functions_payload_can_be_read(release) -> None:
    job = Invocation.from_event(release["payload"]["event"])
    found = {"task_id": job.task_id, "token": job.token, "input": job.input, "slot": job.release.slot}
    assert found == release["payload"]["read"]


def test_the_environment_of_its_functions_is_sufficient(release) -> None:
    for environment in release["environments"].values():
        Settings.from_environment(environment)


def test_a_poll_is_found_in_a_history(release) -> None:
    assert poll_id_of(release["worker_name"]["name"]) == release["worker_name"]["read"]


def test_an_earlier_release_can_read_what_this_one_writes(release) -> None:
    """Its readers need these attributes, and fail on states and outcomes that they do not know."""
    task = Task(
        activity_arn="arn", token="t", input="{}", heartbeat_seconds=1, poll_id="0" * 16, holds_slot=True
    )
    assert release["tasks"]["starting"]["item"].keys() - {"input"} <= new_item(task, "lambda", "1.0").keys()
    payload = json.loads(payload_of(task))
    assert release["payload"]["event"].keys() <= payload.keys()
    words = {*TaskState, *OutcomeName}
    recorded = {*release["words"]["states"], *release["words"]["outcomes"]}
    assert recorded <= words
    if release["version"] == RECORDED[-1].stem:
        assert words - recorded == UNDERSTOOD_FIRST
    assert re.match(release["words"]["worker_name"], worker_name("0" * 16, "dispatcher"))


def test_the_index_need_not_be_rebuilt(release) -> None:
    """DynamoDB rebuilds it after any change, and the reconciler sees no tasks meanwhile."""
    assert sorted(projected()) == sorted(release["index"])
