"""Events about tasks, as a bus gets them, held to the schemas that users read."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from tests.unit.composed import SETTINGS, Composed

from activity_dispatch.domain.events import SOURCE, Event

BUS = "arn:aws:events:eu-west-1:000000000000:event-bus/mine"
FOLDER = Path(__file__).resolve().parents[3] / "docs/events"


@cache
def schema_of(kind: str) -> Mapping[str, Any]:
    """The published schema of a detail-type."""
    loaded: Mapping[str, Any] = json.loads((FOLDER / f"{kind.lower().replace(' ', '-')}.json").read_text())
    return loaded


def check(event: Mapping[str, Any]) -> None:
    """Fail unless an event of a bus is as its schema says, and has no field that its schema does not name."""
    schema = schema_of(event["detail-type"])
    Draft202012Validator(schema).validate(event)
    assert set(event["detail"]) <= set(schema["properties"]["detail"]["properties"])


def checked(event: Event) -> Mapping[str, Any]:
    """Return an event's detail, once it is found to be as its schema says."""
    check({"source": SOURCE, "detail-type": str(event.kind), "detail": json.loads(json.dumps(event.detail))})
    return event.detail


def tell(stack: Composed, **changes: Any) -> Composed:
    """Let the stack's activity tell its bus."""
    stack.stack_settings = replace(SETTINGS, stack_name="stack", event_buses=(BUS,))
    stack.change_activity(event_bus_arn=BUS, **changes)
    return stack
