"""A hostile job, with its own role, can't make the stack work for it."""

import json
from typing import Any

import pytest

# A key as long as a task's id, of a task that does not exist.
FRESH = "f" * 32
DENIED = "AccessDeniedException"
# An activity of the same stack, behind which the job's function is not.
ANOTHER = "arn:aws:states:eu-west-1:000000000000:activity:faulty-fargate"
NOBODY = {":h": {"SS": ["no poll"]}}


def update(key: str, expression: str, **values: str) -> dict[str, Any]:
    names = {f"#{word}": word for word in ("state", "token", "input", "backend") if f"#{word}" in expression}
    given = {f":{name}": {"S": value} for name, value in values.items()}
    changes: dict[str, Any] = {"Key": {"task_id": {"S": key}}, "UpdateExpression": expression}
    if names:
        changes["ExpressionAttributeNames"] = names
    return {**changes, "ExpressionAttributeValues": given} if given else changes


@pytest.mark.parametrize(
    "forged",
    [
        # A task that another activity's backend would start.
        update(FRESH, "SET activity_arn = :a, #state = :s", a="arn:another", s="starting"),
        update(FRESH, "SET #backend = :b", b="ecs"),
        update(FRESH, "SET starting_at = :t, heartbeat_seconds = :t", t="1"),
        update(FRESH, "SET holds_slot = :t, restarts = :t, execution_arn = :t, description = :t", t="1"),
        update(FRESH, "SET input_s3_uri = :u", u="s3://bucket/key"),
        update(FRESH, "REMOVE restarts"),
        # Other kinds of items, one of them with a key as long as a task's id.
        update(
            "activity#arn:aws:states:eu-west-1:000000000000:activity:faulty-steady",
            "SET activity = :a",
            a="{}",
        ),
        update("activity#callback:" + "x" * 14, "SET #state = :s", s="starting"),
        update("lease#poller", "SET claimed_by = :c", c="me"),
        update("description#" + "x" * 20, "SET #token = :t", t="mine"),
        update("f" * 31, "SET #state = :s", s="starting"),
        update("slots#a", "SET poll_id = :p", p="activity"),
        update("slots#a", "SET looked_at = :t", t="9"),
        # Another activity's slots.
        {**update(f"slots#{ANOTHER}", "ADD holders :h"), "ExpressionAttributeValues": NOBODY},
        {**update("slots#callback:another", "ADD holders :h"), "ExpressionAttributeValues": NOBODY},
    ],
    ids=lambda forged: f"{forged['Key']['task_id']['S'][:12]} {forged['UpdateExpression']}",
)
def test_a_job_can_not_forge_an_item(faulty, forged: dict[str, Any]) -> None:
    ended = faulty.run({"updates": [forged]})
    assert json.loads(ended.output) == [DENIED]


def test_what_a_job_may_write_stops_nothing(faulty) -> None:
    bad = update(
        FRESH, "SET #state = :s, poll_id = :p, claimed_until = :t", s="starting", p="activity", t="soon"
    )
    slots = f"slots#{faulty.activities['steady']}"
    flood = {**update(slots, "ADD holders :h"), "ExpressionAttributeValues": NOBODY}
    ended = faulty.run({"updates": [bad, flood]})
    assert json.loads(ended.output) == ["done", "done"]
    faulty.reconcile()
    assert faulty.run({"return": 1}).status == "SUCCEEDED"
    # So that the next passes do not report it.
    faulty.forget(FRESH)
