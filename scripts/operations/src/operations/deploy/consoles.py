"""Links to the parts of a deployed stack in AWS's console."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.outputs import Outputs

# Each partition has its own console.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def links(outputs: Outputs) -> Iterator[tuple[str, str]]:
    """Yield the name and address of each part."""
    region = outputs.region
    partition = next(iter(outputs.activities.values())).split(":")[1]
    console = f"https://{region}.{DOMAINS[partition]}"
    machines = f"{console}/states/home?region={region}#/statemachines/view"
    for name, arn in sorted(outputs.state_machines.items()):
        yield f"state machine {name}", f"{machines}/{quote(arn)}"
    queue, table = outputs.document["dispatch_queue_url"], outputs.document["task_table"]
    yield "dispatch queue", f"{console}/sqs/v3/home?region={region}#/queues/{quote(queue, safe='')}"
    yield "task table", f"{console}/dynamodbv2/home?region={region}#table?name={quote(table)}"
    dashboard = outputs.document.get("dashboard_url")
    if dashboard:
        yield "dashboard", dashboard
