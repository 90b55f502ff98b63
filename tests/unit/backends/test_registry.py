"""An event finds its backend."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.schemas.events.samples import malformed

from activity_dispatch.backends import registry

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


FIELDS = ("taskArn", "startedBy", "lastStatus", "stopCode", "containers", "overrides", "version", "jobName")


@given(
    source=st.sampled_from(["ecs", "batch", "sagemaker", "states", "lambda"]),
    detail=JSON | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON),
    known=st.booleans(),
)
def test_no_event_makes_a_backend_raise(source: str, detail: Any, known: bool) -> None:
    if known and isinstance(detail, dict):
        detail |= {"startedBy": "0" * 32, "taskArn": "arn", "jobName": "task-" + "0" * 32, "jobId": "j"}
    # No service sends these, so no schema applies.
    event = {**malformed(source, detail), "requestPayload": detail, "requestContext": detail}
    registry.diagnose(event)
