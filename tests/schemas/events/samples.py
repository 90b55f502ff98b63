"""Builds the events of all tests: AWS could send each, and each can be read only as its schema allows."""

from collections.abc import Mapping
from typing import Any

from tests.schemas.events.judge import SCHEMAS, guarded, problems

ACCOUNT, REGION = "000000000000", "eu-west-1"
_SOURCES = {detail_type: source for source, detail_type in SCHEMAS}


def ecs_event(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return an `ECS Task State Change`."""
    return aws_event("ECS Task State Change", detail)


def batch_event(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `Batch Job State Change`."""
    return aws_event("Batch Job State Change", detail)


def training_event(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `SageMaker Training Job State Change`."""
    return aws_event("SageMaker Training Job State Change", detail)


def execution_event(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `Step Functions Execution Status Change`."""
    return aws_event("Step Functions Execution Status Change", detail)


def aws_event(detail_type: str, detail: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
    """Return an event of that type. Raises AssertionError if its schema does not allow it."""
    event = {
        "version": "0",
        "id": "3317b2af-7005-947d-b652-f55e762e571a",
        "detail-type": detail_type,
        "source": _SOURCES[detail_type],
        "account": ACCOUNT,
        "time": "2026-01-01T00:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
        **envelope,
    }
    found = problems(event)
    assert found == [], "\n".join(found)
    return guarded(event)


def malformed(source: str, detail: Any = None) -> dict[str, Any]:
    """Return what no service sends and no program may fall over; `source` without `aws.`."""
    return {"source": f"aws.{source}", "detail": detail}
