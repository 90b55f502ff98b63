"""Reading and counting lineages."""

import pytest

from localcloud.recursion.lineage import (
    LIMIT,
    counted,
    header_of,
    is_a_loop,
    key_of,
    merged,
    of_header,
)

ARN = "arn:aws:lambda:us-east-1:000000000000:function:one"
OTHER = f"{ARN}-other"
ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793"


@pytest.mark.parametrize(
    ("header", "lineage"),
    [
        (None, {}),
        ("", {}),
        (ROOT, {}),
        (f"{ROOT};Sampled=1;Lineage=a87bd80c:1|68fd508a:5", {"a87bd80c": 1, "68fd508a": 5}),
        # As botocore sends it.
        (f"{ROOT};Lineage=a87bd80c:1%7C68fd508a:5", {"a87bd80c": 1, "68fd508a": 5}),
        (f"{ROOT};Lineage=a87bd80c", {}),
        (f"{ROOT};Lineage=a87bd80c:-1|:2|68fd508a:5", {"68fd508a": 5}),
    ],
)
def test_the_lineage_of_a_header(header: str | None, lineage: dict[str, int]) -> None:
    assert of_header(header) == lineage


def test_each_function_is_counted_by_itself() -> None:
    lineage = counted(counted(counted({}, ARN), OTHER), ARN)
    assert lineage == {key_of(ARN): 2, key_of(OTHER): 1}
    assert of_header(header_of(lineage)) == lineage


def test_the_17th_invocation_is_one_too_many() -> None:
    assert not is_a_loop({key_of(ARN): LIMIT - 1}, ARN)
    assert is_a_loop({key_of(ARN): LIMIT}, ARN)
    assert not is_a_loop({key_of(ARN): LIMIT}, OTHER)


def test_a_batch_has_the_most_of_each_function() -> None:
    assert merged([{"a": 1, "b": 9}, {}, {"a": 3}]) == {"a": 3, "b": 9}
