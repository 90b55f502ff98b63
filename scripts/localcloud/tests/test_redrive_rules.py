"""Why an execution cannot be redriven."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cloud import Cloud, error_code

from localcloud.stepfunctions.redrive import operation
from localcloud.stepfunctions.redrive.operation import refusal


def test_times_and_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the rule itself: no test waits for two weeks."""
    now = datetime.now(tz=UTC)
    execution = SimpleNamespace(
        sm_type="STANDARD",
        exec_status="FAILED",
        account_id="1",
        region_name="r",
        state_machine_arn="a",
        start_date=now,
        stop_date=now,
        to_history_output=lambda: {"events": [None]},
    )
    store = SimpleNamespace(state_machines={"a": None})
    monkeypatch.setattr(operation, "sfn_stores", {"1": {"r": store}})
    assert refusal(execution) is None
    execution.stop_date = now - timedelta(days=15)
    assert refusal(execution) == "Execution redrivable period exceeded"
    execution.start_date = now - timedelta(days=366)
    assert refusal(execution) == "Execution has exceeded the max execution time"
    execution.start_date = execution.stop_date = now
    execution.to_history_output = lambda: {"events": [None] * 24_999}
    assert refusal(execution) == "Execution history event limit exceeded"
    execution.sm_type = "EXPRESS"
    assert "EXPRESS" in str(refusal(execution))


def test_a_deleted_machine(cloud: Cloud) -> None:
    client, execution = cloud.client("stepfunctions"), cloud.start({"Type": "Wait", "Seconds": 60})
    client.stop_execution(executionArn=execution)
    machine = cloud.ended(execution)["stateMachineArn"]
    client.delete_state_machine(stateMachineArn=machine)
    assert cloud.describe(execution)["redriveStatusReason"] == "State machine is in DELETING status"
    code = error_code(client.redrive_execution, executionArn=execution)
    assert code == "ExecutionNotRedrivable"
