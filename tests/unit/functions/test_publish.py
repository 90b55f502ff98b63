"""publish: the execution's output is the activity's, and where its result is."""

import pytest

from publish.handler import handle


@pytest.mark.parametrize(
    ("output", "result"),
    [
        ({"lines": 3, "result": "s3://texts/a.statistics.json"}, "s3://texts/a.statistics.json"),
        ({"output_s3_uri": "s3://payloads/o.json", "bytes": 5, "sha256": "x"}, "s3://payloads/o.json"),
        ([1, 2], None),
        (None, None),
    ],
)
def test_output(output, result) -> None:
    assert handle(output, None) == {"summary": output, "result": result}
