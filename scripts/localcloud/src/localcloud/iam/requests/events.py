"""EventBridge, where each entry of PutEvents names its bus and its source.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from collections.abc import Mapping
from typing import Any

from localcloud.iam.decision import Need
from localcloud.iam.requests import simple
from localcloud.iam.requests.call import Call


def needs(call: Call) -> list[Need]:
    """Return what a request needs: for each event the permission on its bus."""
    if call.operation != "PutEvents":
        return simple.needs(call)
    return [_need(call, entry) for entry in call.parameters.get("Entries") or ()]


def _need(call: Call, entry: Mapping[str, Any]) -> Need:
    name = str(entry.get("EventBusName") or "default")
    return Need(
        action=call.action,
        resource=name if name.startswith("arn:") else call.arn(f"event-bus/{name}"),
        context={
            "events:source": (str(entry.get("Source")),),
            "events:detail-type": (str(entry.get("DetailType")),),
        },
    )
