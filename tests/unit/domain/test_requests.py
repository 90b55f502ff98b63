"""Dispatch requests."""

import json

import pytest
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


TOKEN, EXECUTION = "token", "arn:aws:states:eu-west-1:000000000000:execution:machine:1"
# What Step Functions puts round the input, in any order.
ROUND = {"callback": "film", "task_token": TOKEN, "execution_arn": EXECUTION}
PLACES = st.integers(0, len(ROUND))
SPACES = st.sampled_from(["", " ", "\n\t", "\r\n "])


def body_of(name: str, text: str, place: int = 0, space: str = "") -> str:
    """Return a message with this member, as JSON text, among the others."""
    members = [f"{json.dumps(key)}{space}:{space}{json.dumps(value)}" for key, value in ROUND.items()]
    members.insert(place, f"{space}{json.dumps(name)}{space}:{space}{text}{space}")
    return space + "{" + f"{space},{space}".join(members) + "}" + space


def input_of(body: str) -> str:
    task = DispatchRequest.from_json(body).task
    assert task is not None
    return task.input


digits = st.from_regex(r"\A-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?\Z")
jsonish = st.sampled_from(['"a"', "{}", '{"a": 1}', "null", "1", "", "a", '"', "\\", "[", '{"input": "x"}'])
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    leaves | st.text() | jsonish,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["input_value", "input"]), inner)
    ),
)


@given(value=values, place=PLACES, space=SPACES)
def test_a_value_arrives_as_the_value(value: object, place: int, space: str) -> None:
    read = input_of(body_of("input_value", json.dumps(value), place, space))
    assert json.loads(read) == value
    assert type(json.loads(read)) is type(value)


@given(value=values, place=PLACES, space=SPACES)
def test_a_text_arrives_as_the_value_that_it_says(value: object, place: int, space: str) -> None:
    text = json.dumps(value)
    assert input_of(body_of("input", json.dumps(text), place, space)) == text


@given(numeral=digits, place=PLACES)
def test_no_number_is_rounded(numeral: str, place: int) -> None:
    for text in (numeral, f"[{numeral}]", '{"a": {"b": [' + numeral + "]}}"):
        assert input_of(body_of("input_value", text, place)) == text
        assert input_of(body_of("input", json.dumps(text), place)) == text


def test_a_number_longer_than_python_reads_is_kept() -> None:
    numeral = "1" * 5_000
    assert input_of(body_of("input_value", numeral)) == numeral


@given(jsonish)
def test_a_string_that_looks_like_json_is_a_string(text: str) -> None:
    """`"a"` as a value is the string of three characters; as text it is the string of one."""
    assert json.loads(input_of(body_of("input_value", json.dumps(text)))) == text


def test_the_last_of_equal_members_counts_as_for_all_others() -> None:
    assert input_of(body_of("input_value", '1, "input_value": 2')) == "2"


def test_a_lone_surrogate_is_an_escape() -> None:
    assert input_of(body_of("input_value", '"\ud800"')) == '"\\ud800"'
    assert input_of(body_of("input_value", '"\\ud800"')) == '"\\ud800"'


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "01", "'a'", "undefined", "", "[" * 100_000]
)
def test_what_is_no_json_is_no_request(text: str) -> None:
    with pytest.raises(InvalidRequest, match="request: not JSON"):
        DispatchRequest.from_json(body_of("input_value", text))


def test_an_input_is_given_once() -> None:
    for name, text in (("input_value", "1"), ("input_value", "null")):
        with pytest.raises(InvalidRequest, match="input_value: beside input"):
            DispatchRequest.from_json(body_of(name, text + ', "input": "{}"'))
    with pytest.raises(InvalidRequest, match="input: NoneType"):
        DispatchRequest.from_json(json.dumps(ROUND))
