"""The status event as AWS documents it.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
LocalStack gives times as text, an empty input as an object, the version's ARN as the machine's, and
no redriveCount.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from localstack.aws.api.stepfunctions import ExecutionStatus
from localstack.services.stepfunctions.asl.utils.encoding import to_json_str
from localstack.services.stepfunctions.backend.execution import Execution

from localcloud.wrapping import wrap

_INCLUDED = {"included": True}


def install() -> None:
    """Replace the event's detail on its way out."""

    @wrap(Execution, "_get_events_client")
    def client(original: Callable[..., Any], execution: Any) -> Any:
        return _Client(original(execution), execution)


class _Client:
    def __init__(self, events: Any, execution: Any) -> None:
        self._events, self._execution = events, execution

    def put_events(self, *, Entries: list[dict[str, Any]]) -> Any:  # noqa: N803
        """Send the only entry with AWS's detail."""
        (entry,) = Entries
        detail = json.dumps(detail_of(self._execution), ensure_ascii=False)
        return self._events.put_events(Entries=[{**entry, "Detail": detail}])


def detail_of(execution: Any) -> dict[str, Any]:
    """Return the event's detail."""
    has_output = execution.exec_status == ExecutionStatus.SUCCEEDED
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "stateMachineVersionArn": execution.state_machine_version_arn,
        "stateMachineAliasArn": execution.state_machine_alias_arn,
        "name": execution.name,
        "status": str(execution.exec_status),
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": _text(execution.input_data),
        "inputDetails": _INCLUDED,
        "output": _text(execution.output) if has_output else None,
        "outputDetails": _INCLUDED if has_output else None,
        "error": execution.error,
        "cause": execution.cause,
        "redriveCount": execution.redrive_count,
    }


def _text(value: Any) -> str:
    return str(to_json_str(value, separators=(",", ":")))


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000)
