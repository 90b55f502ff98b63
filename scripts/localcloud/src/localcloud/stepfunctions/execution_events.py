"""The events of executions in AWS's shape.

LocalStack sends dates as text where AWS sends milliseconds, and no redriveCount.
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from localstack.services.stepfunctions.asl.utils.encoding import to_json_str
from localstack.services.stepfunctions.backend.execution import Execution

from localcloud.wrapping import wrap


def install() -> None:
    """Send events with the fields that AWS publishes and documents."""

    @wrap(Execution, "publish_execution_status_change_event")
    def publish(_original: Callable[..., None], execution: Execution) -> None:
        execution._get_events_client().put_events(
            Entries=[
                {
                    "Source": "aws.states",
                    "DetailType": "Step Functions Execution Status Change",
                    "Resources": [execution.exec_arn],
                    "Detail": json.dumps(_detail(execution)),
                }
            ]
        )


def _detail(execution: Execution) -> dict[str, Any]:
    given, output = execution.input_data, _text(execution.output)
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "stateMachineVersionArn": None,
        "stateMachineAliasArn": None,
        "name": execution.name,
        "status": str(execution.exec_status),
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": "{}" if given is None else _text(given),
        "inputDetails": {"included": True},
        "output": output,
        "outputDetails": None if output is None else {"included": True},
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": getattr(execution, "redrive_count", 0),
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(to_json_str(value, separators=(",", ":")))


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
