"""Fields that a schema lacks, and those that no event had, are reported by their paths, without values."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from scripts.operations.tests.verify.worlds import ended, world

from operations import paths
from operations.verify.checks import events
from operations.verify.results import CheckFailed, NotApplicable

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {
    "detail-type": events.EXECUTIONS,
    "detail": {"status": "string", "input": "json", "tags": {"*": "string"}, "list": [{"a": "string"}]},
}
DOCUMENTED = {events.EXECUTIONS: {"fields": {"detail.inputDetails.included": "boolean"}}}
EVENT: dict[str, Any] = {
    "source": "aws.states",
    "detail-type": events.EXECUTIONS,
    "detail": {
        "status": "RUNNING",
        "input": {"mine": 1},
        "tags": {"Team": "x"},
        "list": [{"b": "secret"}],
        "inputDetails": {"included": True},
        "redriveCount": 0,
        "labels": {"OurTeam": "x"},
    },
}


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / events.SCHEMAS
    folder.mkdir(parents=True)
    (folder / "states.json").write_text(json.dumps(SCHEMA))
    (folder / "documented.json").write_text(json.dumps(DOCUMENTED))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return folder


def queue(*bodies: dict[str, Any]) -> Any:
    left = [[{"Body": json.dumps(body), "ReceiptHandle": "r"} for body in bodies]]
    return SimpleNamespace(
        receive_message=lambda **_: {"Messages": left.pop()} if left else {},
        delete_message=lambda **_: None,
    )


def test_fields_are_compared_by_path(schemas: Path) -> None:
    there = world(ended(), clients={"sqs": queue(EVENT)}, queue_urls={"events": "q"})
    found = events.fields(there)
    assert found.value == {
        events.EXECUTIONS: {
            "events": 1,
            "has_schema": True,
            "not_in_the_schema": ["detail.labels", "detail.list[].b", "detail.redriveCount"],
            "never_seen": ["detail.list[].a"],
        }
    }
    assert "secret" not in json.dumps(found.value)


def test_a_kind_without_a_schema_is_reported(schemas: Path) -> None:
    other = {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": {"a": 1}}
    there = world(ended(), clients={"sqs": queue(EVENT, other)}, queue_urls={"events": "q"})
    found = events.fields(there).value["ECS Task State Change"]
    assert (found["has_schema"], found["not_in_the_schema"]) == (False, ["detail.a"])


def test_trainings_of_others_are_left_out(schemas: Path) -> None:
    other = {"source": "aws.sagemaker", "detail-type": "SageMaker", "detail": {"TrainingJobName": "theirs"}}
    there = world(ended(), clients={"sqs": queue(EVENT, other)}, queue_urls={"events": "q"})
    assert set(events.fields(there).value) == {events.EXECUTIONS}


def test_no_event_at_all_is_a_failure(schemas: Path) -> None:
    with pytest.raises(CheckFailed, match="no event 'Step Functions Execution Status Change' has come"):
        events.fields(world(ended(), clients={"sqs": queue()}, queue_urls={"events": "q"}))


def test_without_schemas_there_is_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    with pytest.raises(NotApplicable, match="no schemas"):
        events.fields(world(ended()))
