"""States that wait on an activity, alone or inside a Parallel or Map."""

from typing import Any

from cloud import Cloud

type State = dict[str, Any]


def activity_state(arn: str, **more: Any) -> State:
    """Return a state that waits on the activity."""
    return {"Type": "Task", "Resource": arn, **more}


def in_parallel(state: State) -> State:
    """Return a Parallel whose only branch is the state."""
    return {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Inner", "States": {"Inner": {**state, "End": True}}}],
    }


def in_map(state: State) -> State:
    """Return a Map that runs the state for each of `items`."""
    processor = {"StartAt": "Inner", "States": {"Inner": {**state, "End": True}}}
    return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor}


def entered(cloud: Cloud, execution: str) -> list[str]:
    """Return the names of the states that the execution entered."""
    events = cloud.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    details = [event.get("stateEnteredEventDetails") for event in events]
    return [found["name"] for found in details if found]


def itself(state: State) -> State:
    """Return the state, not wrapped."""
    return state
