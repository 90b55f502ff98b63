"""A pool as the text in its item of the task table."""

import json
from typing import Any

from activity_dispatch.domain.pools import Call, Place, Pool, Share


def text_of(pool: Pool) -> str:
    """Return a pool as JSON; each activity's ARN occurs once, as all are in one item."""
    arns = sorted(
        {share.activity_arn for share in pool.held.values()}
        | {call.activity_arn for call in pool.calls.values()}
        | set(pool.line)
        | set(pool.put_off)
    )
    number = {arn: index for index, arn in enumerate(arns)}
    document = {
        "activities": arns,
        "held": {name: [number[each.activity_arn], each.weight] for name, each in pool.held.items()},
        "calls": {
            name: [number[each.activity_arn], each.weight, each.until, each.is_sent, each.is_missed]
            for name, each in pool.calls.items()
        },
        "line": [[number[a], p.ticket, p.weight, p.count, p.missed] for a, p in pool.line.items()],
        "put_off": [[number[arn], since] for arn, since in pool.put_off.items()],
        "tickets": pool.tickets,
        "changes": list(pool.changes),
    }
    return json.dumps(document, separators=(",", ":"))


def pool_of(text: str) -> Pool:
    """Parse what `text_of` wrote. Raises ValueError, LookupError and TypeError."""
    document: Any = json.loads(text)
    arns = document["activities"]
    return Pool(
        held={
            name: Share(activity_arn=arns[number], weight=weight)
            for name, (number, weight) in document["held"].items()
        },
        calls={
            name: Call(activity_arn=arns[number], weight=weight, until=until, is_sent=sent, is_missed=missed)
            for name, (number, weight, until, sent, missed) in document["calls"].items()
        },
        line={
            arns[number]: Place(ticket=ticket, weight=weight, count=count, missed=missed)
            for number, ticket, weight, count, missed in document["line"]
        },
        put_off={arns[number]: since for number, since in document["put_off"]},
        tickets=document["tickets"],
        changes=tuple(document["changes"]),
    )
