"""The catalog of activities."""

import json
from dataclasses import dataclass, field

from activity_dispatch.domain.activities import Activity
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
    reads: int = 0

    def activity(self, arn: str) -> Activity | None:
        self.reads += 1
        return self.known.get(arn)


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
