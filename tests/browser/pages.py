"""Writes a timeline of made-up tasks: python -m tests.browser.pages COUNT FILE."""

import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.attempts import Attempt
from activity_dispatch.domain.tasks import Origin, OutcomeName, TaskRecord, TaskState
from activity_dispatch_cli.timeline.bars import bar_of, document
from activity_dispatch_cli.timeline.html import page

NOW = 1_800_000_000.0
PREFIX = "arn:aws:states:eu-west-1:000000000000:activity:"
# What a hostile activity may be called, and say: names and causes are others' text.
ACTIVITIES = ("render", "layout", "train", "<b>&amp;")
CAUSE = "</script><script>window.injected = true</script><img src=x onerror='window.injected = true'>"


def record(number: int, count: int, chance: random.Random) -> TaskRecord:
    """Return one ended task of an hour that has so many; some of `render` had a Spot attempt before."""
    activity = chance.choice(ACTIVITIES)
    entered = NOW - 3_600 + 3_500 * number / count
    taken = entered + chance.expovariate(1 / 8)
    outcome = chance.choices([*OutcomeName], [90, 7, 3])[0]
    attempts = ()
    if activity == "render" and number % 5 == 0:
        attempts = (
            Attempt(
                backend="ecs", error="Job.Interrupted", message="Spot", started_at=taken, ended_at=taken + 9
            ),
        )
        taken += 9
    began = taken + chance.uniform(1, 30)
    return TaskRecord(
        task_id=f"{number:032x}",
        activity_arn=PREFIX + activity,
        backend="batch" if attempts else chance.choice(["ecs", "batch"]),
        state=TaskState.SETTLED,
        heartbeat_seconds=60,
        starting_at=taken,
        started_at=taken + 0.5,
        claimed_at=began,
        settled_at=began + chance.expovariate(1 / 40),
        outcome=outcome,
        error="Job.Failed" if outcome is OutcomeName.FAILED else None,
        execution_arn=f"arn:aws:states:eu-west-1:000000000000:execution:words:run-{number // 50}",
        job_id=f"arn:job/{number}",
        origin=Origin(state_name="S", attempt=0, entered_at=datetime.fromtimestamp(entered, UTC).isoformat()),
        attempt=1 + len(attempts),
        attempts=attempts,
    )


def main(count: int, file: Path) -> None:
    """Write the page."""
    chance = random.Random(count)  # noqa: S311 (not for secrets)
    records = [record(number, count, chance) for number in range(count)]
    limited = Activity(
        arn=f"{PREFIX}train",
        name="train",
        backend="ecs",
        config={},
        heartbeat_seconds=60,
        timeout_seconds=60,
        max_concurrent_jobs=8,
    )
    made = document(
        [bar_of(each, NOW, CAUSE if each.error else None) for each in records],
        [limited],
        title="</title> & <b>",
        made_at=NOW,
        region="eu-west-1",
    )
    file.write_text(page(made), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
