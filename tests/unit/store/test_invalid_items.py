"""No item, whoever wrote it, stops the reading of the others, and none passes for something else."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.activities import InvalidActivity
from activity_dispatch.domain.polls import parked
from activity_dispatch.domain.tasks import Task
from activity_dispatch.store.dynamodb.items import activity_of, new_item, overview_of, record_of, records_of
from activity_dispatch.store.task_table import InvalidItem

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"
TASK = Task(activity_arn=ARN, token="secret", input="{}", heartbeat_seconds=60, poll_id="0" * 16)
GOOD = new_item(TASK, "lambda", "1.000")
DESCRIPTION = {
    "arn": ARN,
    "name": "work",
    "backend": "lambda",
    "config": {},
    "heartbeat_seconds": 60,
    "timeout_seconds": 600,
}


def activity_item(**changes: object) -> dict:
    text = json.dumps(DESCRIPTION | changes)
    return {"task_id": {"S": f"activity#{ARN}"}, "poll_id": {"S": "activity"}, "activity": {"S": text}}


SLOTS = {"task_id": {"S": f"slots#{ARN}"}, "poll_id": {"S": "slots"}, "holders": {"SS": ["0" * 16]}}
texts = st.one_of(
    st.text(max_size=40), st.sampled_from(["slots", "activity", "settled", "1e999", "nan", ARN])
)
values = st.one_of(
    texts.map(lambda text: {"S": text}),
    st.one_of(st.integers().map(str), st.sampled_from(["1E+125", "-5", "0.1"])).map(lambda text: {"N": text}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.sampled_from([{"NULL": True}, {"L": []}, {"M": {}}, {"SS": ["a"]}, {"NS": ["1"]}, {"B": b"x"}]),
)
keys = st.one_of(
    st.sampled_from([f"activity#{ARN}", f"slots#{ARN}", "lease#poller", "slots#", TASK.task_id, "x" * 32]),
    st.text(min_size=1, max_size=40),
)
NAMES = [
    *GOOD,
    "job_id",
    "claimed_by",
    "claimed_until",
    "outcome",
    "holders",
    "waiting",
    "activity",
    "settled_at",
]
changes = st.dictionaries(st.sampled_from(NAMES), values, max_size=6)
# Both a few attributes under any key, and a good item with some of its attributes replaced.
items = st.builds(
    lambda base, key, changed: {**base, **changed, "task_id": {"S": key}},
    st.sampled_from([{}, GOOD, SLOTS, activity_item()]),
    keys,
    changes,
)


@given(st.lists(items, max_size=5))
def test_arbitrary_items_never_stop_an_overview(bad: list) -> None:
    overview = overview_of([*bad, GOOD, SLOTS, activity_item()])
    assert record_of(GOOD) in overview.tasks
    assert ARN in {slots.activity_arn for slots in overview.slots}
    assert ARN in {activity.arn for activity in overview.activities}
    parts = (overview.tasks, overview.slots, overview.activities)
    assert sum(map(len, parts)) + overview.invalid_items == len(bad) + 3
    list(records_of(bad))


@pytest.mark.parametrize("poll_id", ["activity", "slots", parked("callback:of-another-team")])
def test_a_task_does_not_pass_for_something_else(poll_id: str) -> None:
    item = {**GOOD, "poll_id": {"S": poll_id}, "activity": {"S": json.dumps(DESCRIPTION)}}
    overview = overview_of([item])
    assert (overview.tasks, overview.slots, overview.activities) == ((), (), ())
    assert overview.invalid_items == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("activity_arn", None),
        ("state", {"S": "running"}),
        ("starting_at", None),
        ("starting_at", {"S": "nan"}),
        ("starting_at", {"N": "1E+20"}),
        ("claimed_until", {"S": "soon"}),
        ("token", {"L": []}),
        ("input", {"M": {}}),
        ("holds_slot", {"S": "yes"}),
        ("outcome", {"S": "won"}),
    ],
)
def test_an_invalid_task_is_named_without_its_token(caplog, name: str, value: dict | None) -> None:
    item = {key: each for key, each in {**GOOD, name: value}.items() if each is not None}
    with pytest.raises(InvalidItem):
        record_of(item)
    with caplog.at_level(logging.ERROR):
        assert overview_of([item]).invalid_items == 1
    assert TASK.task_id in caplog.text
    assert "secret" not in caplog.text


def test_a_flood_of_invalid_items_does_not_flood_the_log(caplog) -> None:
    assert overview_of([{"task_id": {"S": "x"}}] * 1000).invalid_items == 1000
    assert len(caplog.records) == 11


@pytest.mark.parametrize(
    "changed",
    [{"config": [1]}, {"arn": "arn:of:another"}, {"allowed_overrides": "abc"}, {"allowed_overrides": [1]}],
)
def test_an_activity_is_what_its_key_says(changed: dict) -> None:
    with pytest.raises(InvalidActivity):
        activity_of(activity_item(**changed))


@pytest.mark.parametrize(
    "item", [{"task_id": {"S": "activity#a"}}, activity_item() | {"activity": {"N": "1"}}]
)
def test_an_activity_without_a_description_is_invalid(item: dict) -> None:
    with pytest.raises(InvalidActivity):
        activity_of(item)
