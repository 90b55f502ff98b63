"""Whatever an event contains, a backend returns no diagnosis, or one that can be reported."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.fuzz import mutation, recorded

from activity_dispatch.backends import registry
from activity_dispatch.domain.jobs import Diagnosis, JobState
from activity_dispatch.domain.limits import MAX_CAUSE_CHARACTERS
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded

events = st.sampled_from(recorded.JOB_EVENTS).flatmap(mutation.mutated)


@pytest.mark.parametrize("event", recorded.JOB_EVENTS, ids=["ecs", "batch", "sagemaker", "lambda"])
def test_recorded_events_are_diagnosed(event: Any) -> None:
    diagnosis = registry.diagnose(event)
    assert diagnosis is not None
    assert (diagnosis.task_id, diagnosis.state) == (recorded.TASK_ID, JobState.ENDED)
    # How a job of Batch or SageMaker ended is looked up.
    is_complete = event in (recorded.ECS, recorded.LAMBDA)
    assert isinstance(diagnosis.outcome, Failed) == is_complete
    assert recorded.TOKEN not in repr(diagnosis)


@mutation.many(2_000)
@given(events)
def test_a_diagnosis_can_be_reported(event: Any) -> None:
    diagnosis = registry.diagnose(event)
    if diagnosis is not None:
        check(diagnosis)


@mutation.many(500)
@given(mutation.values)
def test_no_json_makes_a_backend_raise(event: Any) -> None:
    if isinstance(event, dict):
        assert registry.diagnose(event) is None


def check(diagnosis: Diagnosis) -> None:
    assert re.fullmatch("[0-9a-f]{32}", diagnosis.task_id)
    assert isinstance(diagnosis.job_id, str)
    assert diagnosis.outcome is None or diagnosis.state is JobState.ENDED
    assert type(diagnosis.log_stream) in (str, type(None))
    if isinstance(diagnosis.outcome, Succeeded):
        json.loads(diagnosis.outcome.output)
    elif diagnosis.outcome is not None:
        assert diagnosis.outcome.error in set(ErrorName)
        check_cause(diagnosis.outcome.cause)


def check_cause(cause: Cause) -> None:
    text = cause.to_json()
    assert utf_16_units(text) <= MAX_CAUSE_CHARACTERS
    assert isinstance(json.loads(text), dict)


def utf_16_units(text: str) -> int:
    """Return the length of a text as Java counts it; raise UnicodeEncodeError for a lone surrogate."""
    return len(text.encode("utf-16-le")) // 2


texts = st.sampled_from([value for value in mutation.NASTY if isinstance(value, str)]) | st.text()


@mutation.many(500)
@given(
    st.builds(
        Cause,
        message=texts,
        backend=texts,
        job_id=texts,
        stop_code=texts,
        log_tail=st.lists(texts, max_size=3).map(tuple),
        log_url=texts,
    )
)
def test_every_cause_fits(cause: Cause) -> None:
    check_cause(cause)
