"""Descriptions of activities."""

import json

import pytest

from activity_dispatch.domain.activities import Activity, InvalidActivity, WakeUp

DOCUMENT = {
    "arn": "arn:aws:states:eu-west-1:000000000000:activity:work",
    "name": "work",
    "backend": "lambda",
    "config": {"function_arn": "arn:aws:lambda:eu-west-1:000000000000:function:f"},
    "heartbeat_seconds": 180,
    "timeout_seconds": 3600,
    "allowed_overrides": ["command"],
}


def test_a_description_is_read() -> None:
    activity = Activity.from_json(json.dumps(DOCUMENT))
    assert activity.allowed_overrides == ("command",)
    assert activity.heartbeat_seconds == 180
    assert (activity.wake_up, activity.pollers, activity.overflow_after_seconds) == ("requests", 1, None)


def test_the_wake_up_of_an_activity_is_read() -> None:
    more = {"wake_up": "poll", "pollers": 3, "overflow_after_seconds": 30}
    activity = Activity.from_json(json.dumps({**DOCUMENT, **more}))
    assert (activity.wake_up, activity.pollers, activity.overflow_after_seconds) == (WakeUp.POLL, 3, 30)
    assert activity.is_polled
    with pytest.raises(InvalidActivity, match="'pull' is not a valid WakeUp"):
        Activity.from_json(json.dumps({**DOCUMENT, "wake_up": "pull"}))


def test_a_share_key_and_a_priority_are_read() -> None:
    activity = Activity.from_json(json.dumps(DOCUMENT))
    assert (activity.share_key, activity.batch_priority) == (None, None)
    more = {"share_key": "$.tenant", "batch_priority": 7}
    activity = Activity.from_json(json.dumps({**DOCUMENT, **more}))
    assert (activity.share_key, activity.batch_priority) == ("$.tenant", 7)
    with pytest.raises(InvalidActivity, match="share_key: 'tenant'; it must be execution"):
        Activity.from_json(json.dumps({**DOCUMENT, "share_key": "tenant"}))


@pytest.mark.parametrize("field_name", ["arn", "backend", "config", "heartbeat_seconds"])
def test_a_missing_field_is_named(field_name: str) -> None:
    text = json.dumps({key: value for key, value in DOCUMENT.items() if key != field_name})
    with pytest.raises(InvalidActivity, match=f"{field_name}: missing"):
        Activity.from_json(text)


@pytest.mark.parametrize("text", ["", "[]", json.dumps({**DOCUMENT, "heartbeat_seconds": "soon"})])
def test_an_invalid_description_is_rejected(text: str) -> None:
    with pytest.raises(InvalidActivity):
        Activity.from_json(text)
