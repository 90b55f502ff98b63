"""reduce: merges many summaries into one."""

import pytest

from reduce.handler import InvalidInput, handle


def summary(number: int) -> dict:
    return {"lines": number, "words": 10 * number, "bytes": 100, "result": f"s3://texts/{number}"}


def test_counts_are_added_up() -> None:
    assert handle([summary(1), summary(2)], None) == {
        "texts": 2,
        "lines": 3,
        "words": 30,
        "bytes": 200,
        "results": ["s3://texts/1", "s3://texts/2"],
    }


def test_no_summaries_give_zeros() -> None:
    assert handle([], None) == {"texts": 0, "lines": 0, "words": 0, "bytes": 0, "results": []}


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({}, "input: dict; it must be a list"),
        ([summary(1), {"lines": 1}], r"\[1\]\.words: missing or not a number"),
        ([3], r"\[0\]\.lines"),
    ],
)
def test_an_item_that_is_not_a_summary_is_named(event, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        handle(event, None)
