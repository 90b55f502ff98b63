"""The judge of events finds what it is there for."""

import re
from typing import Any

import pytest
from tests.schemas.events.judge import UnknownField, pattern_problems, problems
from tests.schemas.events.refresh import extract
from tests.schemas.events.samples import ecs_event, execution_event, malformed, training_event

TRAINING = "SageMaker Training Job State Change"
OF_TRAINING = f"the schema of {TRAINING!r}"


@pytest.mark.parametrize(
    ("detail", "problem"),
    [
        ({"FailureReason": "x"}, f"detail.FailureReason: not in {OF_TRAINING}"),
        ({"ResourceConfig": {"Type": 1}}, f"detail.ResourceConfig.Type: not in {OF_TRAINING}"),
        ({"InputDataConfig": [{"Name": 1}]}, f"detail.InputDataConfig[].Name: not in {OF_TRAINING}"),
        ({"RoleArn": 3}, f"detail.RoleArn: 3; {OF_TRAINING} has string"),
        ({"RoleArn": None}, f"detail.RoleArn: None; {OF_TRAINING} has string"),
        ({"Tags": {}}, f"detail.Tags: {{}}; {OF_TRAINING} has a list"),
        ({"ModelArtifacts": "s3"}, f"detail.ModelArtifacts: 's3'; {OF_TRAINING} has an object"),
        ({"TrainingEndTime": True}, f"detail.TrainingEndTime: True; {OF_TRAINING} has number"),
    ],
)
def test_what_no_event_has_is_reported_with_its_path(detail: dict[str, Any], problem: str) -> None:
    assert problems({**training_event({"TrainingJobName": "a"}), "detail": detail}) == [problem]
    with pytest.raises(AssertionError, match=re.escape(problem)):
        training_event(detail)


def test_what_only_the_documentation_has_is_allowed() -> None:
    event = execution_event({"redriveCount": 1, "output": None, "inputDetails": {"included": True}})
    assert event["detail"]["redriveCount"] == 1
    wrong = {**event, "detail": {"redriveCount": "1", "inputDetails": {"size": 1}, "error": 3}}
    assert [each.split(":")[0] for each in problems(wrong)] == [
        "detail.redriveCount",
        "detail.inputDetails.size",
        "detail.error",
    ]


def test_an_envelope_is_judged_too() -> None:
    event = {name: value for name, value in training_event({}).items() if name != "region"}
    assert problems({**event, "time": 3, "detailType": "x"}) == [
        "region: missing",
        f"time: 3; {OF_TRAINING} has string",
        f"detailType: not in {OF_TRAINING}",
    ]
    assert "there are schemas of" in problems({**malformed("batch"), "detail-type": TRAINING})[0]


@pytest.mark.parametrize(
    ("detail", "problem"),
    [
        ({"TrainingJobState": ["Failed"]}, "detail.TrainingJobState: not in the schema"),
        ({"$or": [{"RoleArn": ["a"]}, {"Why": ["b"]}]}, "detail.Why: not in the schema"),
        ({"ModelArtifacts": {"Uri": ["a"]}}, "detail.ModelArtifacts.Uri: not in the schema"),
        ({"RoleArn": [{"prefx": "arn"}]}, "detail.RoleArn: 'prefx'; allowed are"),
        ({"RoleArn": "arn"}, "detail.RoleArn: 'arn'; a pattern lists values"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_reported(detail: dict[str, Any], problem: str) -> None:
    pattern = {"source": ["aws.sagemaker"], "detail-type": [TRAINING], "detail": detail}
    (found,) = pattern_problems(pattern)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.sagemaker"], "detail-type": ["Training Job State Change"]},
        {"source": ["aws.batch"], "detail-type": [TRAINING]},
        {"detail-type": [TRAINING]},
        {"source": ["aws.sagemaker"], "detail-type": [TRAINING], "detailType": ["x"]},
    ],
)
def test_a_pattern_of_no_event_is_reported(pattern: dict[str, Any]) -> None:
    assert pattern_problems(pattern)


def test_a_program_that_reads_what_no_event_has_is_caught() -> None:
    event = ecs_event({"taskArn": "a", "containers": [{"name": "job"}], "overrides": {}})
    for read in (
        lambda: event["detail"].get("isTerminated"),
        lambda: event["detail"]["containers"][0].get("healthStatus"),
        lambda: "cpu" in event["detail"]["overrides"],
        lambda: event["detailType"],
    ):
        with pytest.raises(UnknownField, match="no event has it"):
            read()
    assert event["detail"].get("stopCode") is None


def of(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": {"type": kind, **more}}


def test_the_extract_follows_references() -> None:
    lists_of_maps = of("array", element={"type": "map", "element": {"type": "string"}})
    database = {
        "event": {
            "entities": [
                {"source": "aws.events", "detailType": "Scheduled Event", "rootProperty": {"$ref": "1"}},
                {"source": "aws.other", "detailType": "Other", "rootProperty": {"$ref": "9"}},
            ]
        },
        "eventTypeDefinition": {
            "entities": [
                {"$id": "1", "properties": {"b": of("ref", reference={"$ref": "2"}), "a": of("integer")}},
                {"$id": "2", "properties": {"c": lists_of_maps}},
            ]
        },
    }
    wanted = {("aws.events", "Scheduled Event"): {"a": "integer", "b": {"c": [{"*": "string"}]}}}
    assert extract(database) == wanted
