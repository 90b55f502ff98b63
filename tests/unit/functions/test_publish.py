"""publish: the execution's output has the activity's output and the address of its result."""

import json

import pytest

from publish.handler import MAX_OUTPUT_BYTES, handle


@pytest.mark.parametrize(
    ("output", "result"),
    [
        ({"lines": 3, "result": "s3://texts/a.statistics.json"}, "s3://texts/a.statistics.json"),
        ({"output_s3_uri": "s3://payloads/o.json", "bytes": 5, "sha256": "x"}, "s3://payloads/o.json"),
        ([1, 2], None),
        (None, None),
    ],
)
def test_the_output_has_summary_and_result(output, result) -> None:
    assert handle(output, None) == {"summary": output, "result": result}


def test_an_output_that_just_fits_is_kept() -> None:
    around = len(json.dumps({"summary": "", "result": None}))
    output = "é" * ((MAX_OUTPUT_BYTES - around) // 2)
    assert handle(output, None)["summary"] == output
    assert handle(output + "xx", None)["summary"] is None


@pytest.mark.parametrize(
    ("output", "result"),
    [
        ({"lines": "x" * 262_000, "result": "s3://texts/a"}, "s3://texts/a"),
        ({"result": "x" * 262_000}, None),
        ("x" * 262_140, None),
        ("\ud800" * 90_000, None),
    ],
)
def test_an_output_that_does_not_fit_refers_to_the_history(output, result) -> None:
    published = handle(output, None)
    assert len(json.dumps(published)) < 1_000
    assert (published["summary"], published["result"]) == (None, result)
    assert "the execution's history" in published["note"]
