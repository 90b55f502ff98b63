"""Dispatch requests."""

import json

from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.requests import DispatchRequest, InvalidRequest


def test_an_invalid_sender_or_time_is_ignored() -> None:
    body = json.dumps(
        {"activity_arn": "arn:aws:states:r:a:activity:w", "execution_arn": 3, "state_entered_at": "x"}
    )
    read = DispatchRequest.from_json(body)
    assert (read.requested_by, read.requested_at) == (None, None)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_body_raises_anything_but_invalid_request(body: str) -> None:
    try:
        DispatchRequest.from_json(body)
    except InvalidRequest:
        return
    raise AssertionError(f"{body!r} was taken for a dispatch request")
