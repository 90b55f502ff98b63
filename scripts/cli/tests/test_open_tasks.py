"""What is known of open tasks, and what is said when a service refuses."""

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
from activity_dispatch_cli.open_tasks import open_tasks
from activity_dispatch_cli.texts import duration

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


def found(backend: Backend, *records: TaskRecord, **config: str) -> Any:
    overview = Overview(tasks=records, slots=(), activities=(activity(**config),))
    return open_tasks(overview, lambda _: backend, NOW)


def test_the_oldest_task_comes_first(backend: Backend) -> None:
    opened = found(backend, record(1, 5), record(2, 4000), record(3, 70))
    assert [(task.job_id, task.age_seconds) for task in opened.tasks] == [
        ("arn:job/2", 4000),
        ("arn:job/3", 70),
        ("arn:job/1", 5),
    ]
    assert opened.problems == ()


def test_a_task_has_state_job_and_progress(backend: Backend) -> None:
    backend.reported = {"arn:job/1": {"state": JobState.QUEUED}, "arn:job/2": {"progress": "epoch 3"}}
    settled = {"state": TaskState.SETTLED, "outcome": OutcomeName.CANCELLED}
    starting, ended, two, one = found(
        backend,
        record(1, 1),
        record(2, 2),
        record(3, 3, progress="half", **settled),
        record(4, 4, state=TaskState.STARTING, job_id=None),
    ).tasks
    assert (starting.state, starting.job_id, starting.progress, starting.log) == (
        "starting",
        None,
        None,
        None,
    )
    assert (ended.state, ended.progress) == ("cancelled, job ends", "half")
    assert (two.state, two.backend, two.activity, two.progress) == (
        "started",
        "batch",
        "orders-batch",
        "epoch 3",
    )
    assert one.state == "queued"


def test_a_task_asks_the_backend_of_its_attempt(backend: Backend) -> None:
    link = Link(backend="batch", config={"job_queue": "second"})
    chained = replace(activity(), fallbacks=(link,))
    overview = Overview(tasks=(record(1, 1, attempt=2),), slots=(), activities=(chained,))
    asked = []

    def backend_of(found: Activity) -> Backend:
        asked.append(found.config)
        return backend

    (task,) = open_tasks(overview, backend_of, NOW).tasks
    assert task.attempt == 2
    assert asked == [{"job_queue": "second"}]


def test_a_task_says_where_its_log_is(backend: Backend) -> None:
    backend.location = LogLocation(group="/aws/batch/job", stream="words/default/1")
    log = found(backend, record(1, 1)).tasks[0].log
    assert log.link(None) == "/aws/batch/job words/default/1"
    link = log.link("eu-west-1")
    assert link.startswith("https://eu-west-1.console.aws.amazon.com/")
    assert link.endswith("log-group/$252Faws$252Fbatch$252Fjob/log-events/words$252Fdefault$252F1")


def test_the_log_of_a_function_is_searched_for_the_task(backend: Backend) -> None:
    log = found(backend, record(1, 1), function_arn=FUNCTION).tasks[0].log
    link = log.link("eu-west-1")
    assert "log-group/$252Faws$252Flambda$252Forders-process/log-events$3FfilterPattern$3D$2522000" in link
    assert log.link(None) == f"/aws/lambda/orders-process {1:032x}"


def test_a_service_that_refuses_affects_only_its_tasks(backend: Backend) -> None:
    def refuse(_: object) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeJobs")

    overview = Overview(tasks=(record(1, 1),), slots=(), activities=(activity(),))
    opened = open_tasks(overview, refuse, NOW)
    assert [task.state for task in opened.tasks] == ["started"]
    assert "orders-batch: its jobs are unknown: " in opened.problems[0]
    assert "AccessDenied" in opened.problems[0]


def test_a_task_of_an_activity_that_no_longer_exists(backend: Backend) -> None:
    overview = Overview(tasks=(record(1, 1),), slots=(), activities=())
    (task,) = open_tasks(overview, lambda _: backend, NOW).tasks
    assert (task.activity, task.log) == ("orders-batch", None)


def test_waiting_requests_and_states_are_counted(backend: Backend) -> None:
    full = SlotsRecord(activity_arn=PREFIX + "batch", holders=frozenset("ab"), waiting=3)
    free = SlotsRecord(activity_arn=PREFIX + "lambda", holders=frozenset("a"), waiting=0)
    tasks = (record(1, 1), record(2, 2, state=TaskState.STARTING), record(3, 3))
    opened = open_tasks(Overview(tasks=tasks, slots=(full, free), activities=()), lambda _: backend, NOW)
    assert opened.waiting == {"orders-batch": (2, 3)}
    assert list(opened.totals.items()) == [("started", 2), ("starting", 1)]
    assert opened.to_json()["waiting"] == {"orders-batch": {"slots_used": 2, "waiting": 3}}


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
