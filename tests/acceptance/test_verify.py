"""`make verify` passes on the local cloud as it should once in an account, and leaves nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.faulty.stack import resources_of
from tests.integration.helpers import clients_of, documented

from operations import outputs, paths
from operations.local import cloud

REPORT = paths.ROOT / "verify-REPORT.json"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with cloud.running() as running:
        documented("make local-up")
        yield running.endpoint


@pytest.fixture(scope="module")
def report(endpoint: str) -> Iterator[dict[str, Any]]:
    """The report of a run that ended with 0."""
    REPORT.unlink(missing_ok=True)
    print(documented("make verify ENV=local"))
    yield json.loads(REPORT.read_text())
    REPORT.unlink()


def test_every_check_passes_and_every_question_is_answered(report: dict[str, Any]) -> None:
    assert report["succeeded"]
    statuses = {check["name"]: check["status"] for check in report["checks"]}
    assert {name: status for name, status in statuses.items() if status not in ("passed", "answered")} == {}
    assert Counter(statuses.values())["answered"] == len(report["answers"]) == 8


def test_the_local_cloud_answers_as_aws_documents(report: dict[str, Any]) -> None:
    answers = report["answers"]
    assert answers["timeout-while-unpolled"]["ticks_while_unpolled"] is False
    assert 55 < answers["poll-hold"]["seconds"] < 65
    assert answers["error-of-a-branch"]["name_kept"]
    assert answers["recursion"]["ended"]
    assert 14 <= answers["recursion"]["turns"] <= 18
    unknown = {kind: found["not_in_the_schema"] for kind, found in answers["event-fields"].items()}
    assert {kind: fields for kind, fields in unknown.items() if fields} == {}


def test_nothing_is_left(report: dict[str, Any], endpoint: str) -> None:
    assert report["cleaned_up"]
    assert resources_of(clients_of(endpoint), "verify-") == []
    assert not (paths.build_dir(outputs.LOCAL) / "verify/terraform.tfstate").exists()
    s3 = clients_of(endpoint)("s3")
    bucket = outputs.load(outputs.LOCAL).data_bucket
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket, Prefix="verify/")
