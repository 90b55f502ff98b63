"""Which fields do the services' events have, compared with the schemas in tests/schemas/events?"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.verify.results import Finding, NotApplicable, expect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from operations.verify.world import World

SCHEMAS = "tests/schemas/events"
# Empty receives in a row after which nothing more is expected.
QUIET_RECEIVES = 3
EXECUTIONS = "Step Functions Execution Status Change"
# What may have any content: free text and user-defined names.
ANY = "json"


def fields(world: World) -> Finding:
    """Compare the events of all other checks with the published schemas, by the names of their fields."""
    schemas = read_schemas(paths.ROOT / SCHEMAS)
    if not schemas:
        raise NotApplicable(f"there are no schemas in {SCHEMAS}")
    events = list(_received(world))
    expect(any(event["detail-type"] == EXECUTIONS for event in events), f"no event {EXECUTIONS!r} has come")
    value = compare(events, schemas)
    unknown = sum(len(one["not_in_the_schema"]) for one in value.values())
    return Finding(
        detail=f"{len(events)} events of {len(value)} kinds have {unknown} fields that their schemas lack",
        value=value,
    )


def read_schemas(folder: Path) -> Mapping[str, Any]:
    """Return the fields of each detail type: published, and documented beside it as `detail.a.b`."""
    files = {
        file.name: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))
    }
    documented = files.get("documented.json", {})
    return {
        schema["detail-type"]: {
            "detail": schema["detail"],
            "documented": set(documented.get(schema["detail-type"], {}).get("fields", ())),
        }
        for schema in files.values()
        if "detail-type" in schema
    }


def compare(events: list[Mapping[str, Any]], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return for each detail type the paths that its schema lacks, and those of it that no event had."""
    groups: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for event in events:
        groups[event["detail-type"]].append(event)
    found = {}
    for kind, group in sorted(groups.items()):
        schema = schemas.get(kind, {"detail": {}, "documented": set()})
        seen = {path for event in group for path in _paths(event["detail"], schema["detail"], "detail")}
        known = set(_schema_paths(schema["detail"], "detail"))
        found[kind] = {
            "events": len(group),
            "has_schema": kind in schemas,
            "not_in_the_schema": sorted(path for path in seen - known if not _documented(path, schema)),
            "never_seen": sorted(known - seen),
        }
    return found


def _documented(path: str, schema: Mapping[str, Any]) -> bool:
    """Whether the path, or one below it, is documented."""
    return any(one == path or one.startswith(f"{path}.") for one in schema["documented"])


def _paths(value: Any, shape: Any, path: str) -> Iterator[str]:
    """The paths of a value's fields, down to where its schema lets anything be or knows nothing of them."""
    if isinstance(value, list):
        for item in value:
            yield from _paths(item, shape[0] if isinstance(shape, list) and shape else None, f"{path}[]")
    elif isinstance(value, dict):
        shapes = shape if isinstance(shape, dict) else {}
        for name, inner in value.items() if "*" not in shapes else ():
            yield f"{path}.{name}"
            # Below an unknown field, names may be the user's own, such as those of tags.
            if shapes.get(name, ANY) != ANY:
                yield from _paths(inner, shapes[name], f"{path}.{name}")


def _schema_paths(shape: Any, path: str) -> Iterator[str]:
    if isinstance(shape, list):
        for item in shape:
            yield from _schema_paths(item, f"{path}[]")
    elif isinstance(shape, dict):
        for name, inner in shape.items():
            if name != "*":
                yield f"{path}.{name}"
                yield from _schema_paths(inner, f"{path}.{name}")


def _received(world: World) -> Iterator[Mapping[str, Any]]:
    """Take all events from the queue. SageMaker's are all of the account's: only our jobs' are returned."""
    sqs, queue = world.client("sqs"), world.made.queue_urls["events"]
    quiet = 0
    while quiet < QUIET_RECEIVES:
        world.sleep(0)
        messages = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1 if world.local else 5
        ).get("Messages", [])
        quiet = 0 if messages else quiet + 1
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            event: Mapping[str, Any] = json.loads(message["Body"])
            if event["source"] != "aws.sagemaker" or world.name in json.dumps(event["detail"]):
                yield event
