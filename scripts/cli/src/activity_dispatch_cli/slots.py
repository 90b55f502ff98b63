"""`activity-dispatch slots`: who holds how many, and who waits."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch.store.task_table import Overview
from activity_dispatch_cli.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Use:
    """An activity's slots, or a pool's. `limit` is None if its activity has none any more."""

    name: str
    kind: str
    used: int
    limit: int | None
    waiting: int


def slots(stack: Stack, console: Console, *, as_json: bool = False) -> int:
    """Print the slots of all activities with a limit, and of all pools; return the exit code.

    Raises ClientError and BotoCoreError.
    """
    uses = uses_of(stack.runtime.tasks.overview(), stack.handle.get("pools") or {})
    if as_json:
        print(json.dumps([asdict(use) for use in uses]))
    elif not uses:
        print(f"No activity of {stack.name} has a limit, and there is no pool")
    else:
        console.print(_table(uses))
    return 0


def uses_of(overview: Overview, pool_sizes: dict[str, int]) -> list[Use]:
    """Return the use of each activity with a limit, and of each pool, by name."""
    records = {record.activity_arn: record for record in overview.slots}
    limits = {each.arn: each.max_concurrent_jobs for each in overview.activities if each.max_concurrent_jobs}
    found = [
        Use(
            name=activity_name(arn),
            kind="activity",
            used=len(records[arn].holders) if arn in records else 0,
            limit=limits.get(arn),
            waiting=records[arn].waiting if arn in records else 0,
        )
        for arn in sorted({*records, *limits})
    ]
    pools = {record.name: record.pool for record in overview.pools}
    return found + [
        Use(
            name=name,
            kind="pool",
            used=pools[name].used if name in pools else 0,
            limit=pool_sizes.get(name),
            waiting=pools[name].waiting if name in pools else 0,
        )
        for name in sorted({*pools, *pool_sizes})
    ]


def _table(uses: Iterable[Use]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("NAME", "KIND"):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for heading in ("USED", "LIMIT", "WAITING"):
        table.add_column(heading, justify="right")
    for use in uses:
        full = use.limit is not None and use.used >= use.limit
        limit = "none" if use.limit is None else str(use.limit)
        table.add_row(
            use.name,
            use.kind,
            str(use.used),
            limit,
            str(use.waiting),
            style="yellow" if full and use.waiting else "",
        )
    return table
