"""The catalog of activities."""

import json
from dataclasses import dataclass, field, replace

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.tasks import TaskRecord, TaskState
from activity_dispatch.store.catalog import ActivityCatalog

DOCUMENT = {
    "arn": "arn:aws:states:eu-west-1:000000000000:activity:work",
    "name": "work",
    "backend": "lambda",
    "config": {"function_arn": "arn:aws:lambda:eu-west-1:000000000000:function:f"},
    "heartbeat_seconds": 180,
    "timeout_seconds": 3600,
    "allowed_overrides": ["command"],
}


@dataclass
class Source:
    known: dict[str, Activity] = field(default_factory=dict)
    kept: dict[str, Activity] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0

    def activity(self, arn: str) -> Activity | None:
        self.reads += 1
        return self.known.get(arn)

    def keep_description(self, activity: Activity) -> None:
        self.writes += 1
        self.kept[activity.fingerprint] = activity

    def description(self, fingerprint: str) -> Activity | None:
        self.reads += 1
        return self.kept.get(fingerprint)


def test_a_description_is_read_again_after_a_minute() -> None:
    activity = Activity.from_json(json.dumps(DOCUMENT))
    source, now = Source({activity.arn: activity}), 0.0
    catalog = ActivityCatalog(source=source, clock=lambda: now)
    assert catalog.find(activity.arn) == catalog.find(activity.arn) == activity
    assert source.reads == 1
    now = 61.0
    catalog.find(activity.arn)
    assert source.reads == 2


def test_an_unknown_activity_is_looked_up_every_time() -> None:
    activity = Activity.from_json(json.dumps(DOCUMENT))
    source = Source()
    catalog = ActivityCatalog(source=source)
    assert catalog.find(activity.arn) is None
    source.known[activity.arn] = activity
    assert catalog.find(activity.arn) == activity


ACTIVITY = Activity.from_json(json.dumps(DOCUMENT))
CHANGED = replace(ACTIVITY, backend="batch", config={"job_queue": "other"})


def record(description: str | None, arn: str = ACTIVITY.arn) -> TaskRecord:
    return TaskRecord(
        task_id="0" * 32,
        activity_arn=arn,
        backend="lambda",
        state=TaskState.STARTED,
        heartbeat_seconds=180,
        description=description,
    )


def test_a_description_is_kept_once_a_day() -> None:
    source, now = Source(), 0.0
    catalog = ActivityCatalog(source=source, clock=lambda: now)
    catalog.keep(ACTIVITY)
    catalog.keep(replace(ACTIVITY))
    assert source.writes == 1
    catalog.keep(CHANGED)
    assert source.writes == 2
    now = 86_401.0
    catalog.keep(ACTIVITY)
    assert source.writes == 3


def test_a_task_has_the_description_that_it_was_started_with() -> None:
    source = Source({ACTIVITY.arn: CHANGED})
    source.keep_description(ACTIVITY)
    catalog = ActivityCatalog(source=source)
    assert catalog.of(record(ACTIVITY.fingerprint)) == ACTIVITY
    assert catalog.of(record(ACTIVITY.fingerprint)) == ACTIVITY
    assert source.reads == 1


def test_a_task_of_a_removed_activity_has_its_description() -> None:
    source = Source()
    source.keep_description(ACTIVITY)
    assert ActivityCatalog(source=source).of(record(ACTIVITY.fingerprint)) == ACTIVITY


def test_a_record_without_a_description_or_with_a_lost_one_has_the_current_one() -> None:
    catalog = ActivityCatalog(source=Source({ACTIVITY.arn: CHANGED}))
    assert catalog.of(record(None)) == catalog.of(record("f" * 32)) == CHANGED


def test_a_forged_record_does_not_lead_to_another_activity() -> None:
    other = replace(ACTIVITY, arn=ACTIVITY.arn + "-other", backend="batch")
    source = Source({ACTIVITY.arn: ACTIVITY})
    source.keep_description(other)
    assert ActivityCatalog(source=source).of(record(other.fingerprint)) == ACTIVITY
