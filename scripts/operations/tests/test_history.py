from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations.history import Narrator

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def event(kind: str, **details: Any) -> dict[str, Any]:
    return {"id": 1, "timestamp": BEGUN + timedelta(seconds=1.5), "type": kind, **details}


@pytest.mark.parametrize(
    ("given", "told"),
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
        (event("ActivityStarted"), "   activity started by a nameless worker"),
        (event("ActivitySucceeded"), "   activity succeeded"),
        (event("ExecutionTimedOut"), "   execution timed out"),
    ],
)
def test_an_event_is_one_line_with_its_time(given: dict[str, Any], told: str) -> None:
    assert Narrator(BEGUN).lines(given) == [f"    1.50 s  {told}"]


def test_a_failure_shows_its_error_and_its_cause_laid_out() -> None:
    details = {"error": "Job.Failed", "cause": '{"message": "no such key", "exit_code": 1}'}
    first, *rest = Narrator(BEGUN).lines(event("ActivityFailed", activityFailedEventDetails=details))
    assert first.endswith("activity failed")
    told = [line.strip() for line in rest]
    assert told == ["error: Job.Failed", "{", '"message": "no such key",', '"exit_code": 1', "}"]


def test_a_cause_that_is_no_json_is_shown_as_it_is() -> None:
    told = Narrator(BEGUN).lines(
        event("ExecutionFailed", executionFailedEventDetails={"error": "E", "cause": "why"})
    )
    assert [line.strip() for line in told[1:]] == ["error: E", "why"]


def test_what_repeats_the_states_own_events_is_left_out() -> None:
    assert (
        Narrator(BEGUN).lines(event("TaskScheduled", taskScheduledEventDetails={"resource": "sendMessage"}))
        == []
    )


def test_an_error_that_goes_up_state_by_state_is_shown_in_full_once() -> None:
    narrator = Narrator(BEGUN)
    failed = {"error": "E", "cause": "why"}
    assert len(narrator.lines(event("ActivityFailed", activityFailedEventDetails=failed))) == 3
    _, again = narrator.lines(event("ExecutionFailed", executionFailedEventDetails=failed))
    assert again.strip() == "error: E, as above"
    other = {"error": "E", "cause": "another"}
    assert len(narrator.lines(event("ActivityFailed", activityFailedEventDetails=other))) == 3
