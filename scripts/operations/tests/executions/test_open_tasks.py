"""Open tasks as rows: what each line says, and what it says when a service refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.chains import Link
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState, LogLocation
from activity_dispatch.domain.tasks import OutcomeName, TaskRecord, TaskState
from activity_dispatch.store.task_table import Overview, SlotsRecord
from activity_dispatch.testing import FakeBackend
from operations.executions.open_tasks import duration, rows_of, table_of, waiting_lines

NOW = 1_800_000_000.0
PREFIX = "arn:aws:states:eu-west-1:000000000000:activity:orders-"
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:orders-process"


def activity(name: str = "batch", **config: str) -> Activity:
    return Activity(
        arn=PREFIX + name,
        name=f"orders-{name}",
        backend=name,
        config=config,
        heartbeat_seconds=60,
        timeout_seconds=600,
    )


def record(number: int, seconds_ago: float, **changes: Any) -> TaskRecord:
    fields = {
        "task_id": f"{number:032x}",
        "activity_arn": PREFIX + "batch",
        "backend": "batch",
        "state": TaskState.STARTED,
        "heartbeat_seconds": 60,
        "starting_at": NOW - seconds_ago,
        "poll_id": f"{int(NOW - seconds_ago):08x}{number:08x}",
        "job_id": f"arn:job/{number}",
    }
    return TaskRecord(**{**fields, **changes})


class Backend(FakeBackend):
    """Reports jobs as `reported` says."""

    reported: dict[str, dict[str, Any]]
    location: LogLocation | None = None

    def describe(self, jobs: Any) -> dict[JobId, Diagnosis]:
        return {
            job: Diagnosis(task_id="", job_id=job, **{"state": JobState.RUNNING, **self.reported[job]})
            for job in jobs
            if job in self.reported
        }

    def log_location(self, _diagnosis: Diagnosis) -> LogLocation | None:
        return self.location


@pytest.fixture
def backend() -> Backend:
    made = Backend()
    made.reported = {}
    return made


def rows(backend: Backend, *records: TaskRecord, region: str | None = None, **config: str) -> Any:
    overview = Overview(tasks=records, slots=(), activities=(activity(**config),))
    return rows_of(overview, lambda _: backend, NOW, region=region)


def test_the_oldest_task_comes_first(backend: Backend) -> None:
    found, problems = rows(backend, record(1, 5), record(2, 4000), record(3, 70))
    assert [(row.job, row.age) for row in found] == [("2", "1 h 6 min"), ("3", "1 min 10 s"), ("1", "5 s")]
    assert problems == []


def test_a_line_shows_state_job_and_progress(backend: Backend) -> None:
    backend.reported = {"arn:job/1": {"state": JobState.QUEUED}, "arn:job/2": {"progress": "epoch\n 3"}}
    settled = {"state": TaskState.SETTLED, "outcome": OutcomeName.CANCELLED}
    (starting, ended, two, one), _ = rows(
        backend,
        record(1, 1),
        record(2, 2),
        record(3, 3, progress="x" * 100, **settled),
        record(4, 4, state=TaskState.STARTING, job_id=None),
    )
    assert (starting.state, starting.job, starting.progress, starting.log) == ("starting", "-", "-", "-")
    assert (ended.state, len(ended.progress)) == ("cancelled, job ends", 40)
    assert (two.state, two.backend, two.activity, two.progress) == (
        "started",
        "batch",
        "orders-batch",
        "epoch 3",
    )
    assert one.state == "queued"


def test_a_line_shows_the_execution_if_it_is_known(backend: Backend) -> None:
    arn = "arn:aws:states:eu-west-1:000000000000:execution:orders:monday"
    child = "arn:aws:states:eu-west-1:000000000000:execution:orders/Each:tuesday"
    found, _ = rows(backend, record(3, 3, execution_arn=arn), record(2, 2, execution_arn=child), record(1, 1))
    assert [row.execution for row in found] == ["monday", "tuesday", "-"]


def test_a_line_shows_the_attempt_and_asks_the_backend_of_its_link(backend: Backend) -> None:
    link = Link(backend="batch", config={"job_queue": "second"})
    chained = replace(activity(), fallbacks=(link,))
    overview = Overview(tasks=(record(1, 1, attempt=2),), slots=(), activities=(chained,))
    asked = []

    def backend_of(found: Activity) -> Backend:
        asked.append(found.config)
        return backend

    (row,), _ = rows_of(overview, backend_of, NOW, region=None)
    assert row.backend.endswith(", attempt 2")
    assert asked == [{"job_queue": "second"}]


def test_a_line_shows_where_the_log_is(backend: Backend) -> None:
    backend.location = LogLocation(group="/aws/batch/job", stream="words/default/1")
    assert rows(backend, record(1, 1))[0][0].log == "/aws/batch/job words/default/1"
    link = rows(backend, record(1, 1), region="eu-west-1")[0][0].log
    assert link.startswith("https://eu-west-1.console.aws.amazon.com/")
    assert link.endswith("log-group/$252Faws$252Fbatch$252Fjob/log-events/words$252Fdefault$252F1")


def test_the_log_of_a_function_is_searched_for_the_task(backend: Backend) -> None:
    (row,), _ = rows(backend, record(1, 1), region="eu-west-1", function_arn=FUNCTION)
    assert "log-group/$252Faws$252Flambda$252Forders-process/log-events$3FfilterPattern$3D$2522000" in row.log
    assert rows(backend, record(1, 1), function_arn=FUNCTION)[0][0].log == "/aws/lambda/orders-process"


def test_a_service_that_refuses_affects_only_its_tasks(backend: Backend) -> None:
    def refuse(_: object) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeJobs")

    overview = Overview(tasks=(record(1, 1),), slots=(), activities=(activity(),))
    found, problems = rows_of(overview, refuse, NOW, region=None)
    assert [row.state for row in found] == ["started"]
    assert "orders-batch: its jobs are unknown: " in problems[0]
    assert "AccessDenied" in problems[0]


def test_a_task_of_an_activity_that_no_longer_exists(backend: Backend) -> None:
    overview = Overview(tasks=(record(1, 1),), slots=(), activities=())
    (row,), _ = rows_of(overview, lambda _: backend, NOW, region=None)
    assert (row.activity, row.log) == ("orders-batch", "-")


def test_columns_are_aligned_with_their_headings(backend: Backend) -> None:
    found, _ = rows(backend, record(1, 1), record(2, 2, backend="a-long-name"))
    head, first, second = table_of(found)
    assert head.split() == ["STATE", "BACKEND", "ACTIVITY", "EXECUTION", "JOB", "AGE", "PROGRESS", "LOG"]
    assert head.index("ACTIVITY") == first.index("orders-batch") == second.index("orders-batch")
    assert table_of([]) == []


def test_waiting_requests_are_counted() -> None:
    full = SlotsRecord(activity_arn=PREFIX + "batch", holders=frozenset("ab"), waiting=3)
    free = SlotsRecord(activity_arn=PREFIX + "lambda", holders=frozenset("a"), waiting=0)
    overview = Overview(tasks=(), slots=(full, free), activities=())
    assert waiting_lines(overview) == ["orders-batch: 2 slots used, 3 tasks wait"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (7260, "2 h 1 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_a_duration_has_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
