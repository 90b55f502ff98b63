"""An execution's history in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activity_dispatch_cli.history import Narrator

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def event(kind: str, **details: Any) -> dict[str, Any]:
    return {"id": 1, "timestamp": BEGUN + timedelta(seconds=1.5), "type": kind, **details}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (event("TaskStateEntered", stateEnteredEventDetails={"name": "Prepare"}), "-> Prepare"),
        (event("ParallelStateExited", stateExitedEventDetails={"name": "Process"}), "<- Process"),
        (
            event(
                "ActivityScheduled",
                activityScheduledEventDetails={"resource": "arn:aws:states:r:1:activity:a"},
            ),
            "   activity scheduled: a",
        ),
        (
            event("ActivityStarted", activityStartedEventDetails={"workerName": "w"}),
            "   activity started by w",
        ),
        (event("ActivityStarted"), "   activity started by an unnamed worker"),
        (event("ActivitySucceeded"), "   activity succeeded"),
        (event("ExecutionTimedOut"), "   execution timed out"),
    ],
)
def test_an_event_is_one_line_with_its_time(given: dict[str, Any], text: str) -> None:
    assert Narrator(BEGUN).lines(given) == [f"    1.50 s  {text}"]


def test_a_failure_shows_its_error_and_its_indented_cause() -> None:
    details = {"error": "Job.Failed", "cause": '{"message": "no such key", "exit_code": 1}'}
    first, *rest = Narrator(BEGUN).lines(event("ActivityFailed", activityFailedEventDetails=details))
    assert first.endswith("activity failed")
    shown = [line.strip() for line in rest]
    assert shown == ["error: Job.Failed", "{", '"message": "no such key",', '"exit_code": 1', "}"]


def test_a_cause_that_is_not_json_is_shown_unchanged() -> None:
    shown = Narrator(BEGUN).lines(
        event("ExecutionFailed", executionFailedEventDetails={"error": "E", "cause": "why"})
    )
    assert [line.strip() for line in shown[1:]] == ["error: E", "why"]


def test_events_that_repeat_the_state_s_own_are_omitted() -> None:
    assert (
        Narrator(BEGUN).lines(event("TaskScheduled", taskScheduledEventDetails={"resource": "sendMessage"}))
        == []
    )


def test_an_error_that_rises_through_states_is_shown_in_full_once() -> None:
    narrator = Narrator(BEGUN)
    failed = {"error": "E", "cause": "why"}
    assert len(narrator.lines(event("ActivityFailed", activityFailedEventDetails=failed))) == 3
    _, again = narrator.lines(event("ExecutionFailed", executionFailedEventDetails=failed))
    assert again.strip() == "error: E, as above"
    other = {"error": "E", "cause": "another"}
    assert len(narrator.lines(event("ActivityFailed", activityFailedEventDetails=other))) == 3
