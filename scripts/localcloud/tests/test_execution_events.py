"""The events of executions are what AWS publishes."""

import pytest
from cloud import Cloud
from compute.resources import events


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"Type": "Pass", "Result": {"a": 1}}, "SUCCEEDED"),
        ({"Type": "Fail", "Error": "Wrong", "Cause": "so"}, "FAILED"),
    ],
)
def test_an_execution_reports_its_states(cloud: Cloud, state: dict[str, str], status: str) -> None:
    listening = events(cloud, "aws.states")
    execution = cloud.start(state, {"n": 1})
    details = listening.take("executionArn", execution, last=status, count=2)
    assert sorted(detail["status"] for detail in details) == sorted(["RUNNING", status])
    assert all(detail["startDate"] > 1_600_000_000_000 for detail in details)
