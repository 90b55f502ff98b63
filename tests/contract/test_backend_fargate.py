"""What 0.1.0 called `fargate` is `ecs` now: its tasks go on, whichever of both its description says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from tests.schemas.events.samples import ecs_event

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.backends import registry
from activity_dispatch.dispatch.assembly import make_dispatcher
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.naming import Stack
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.report.reporter import Report, make_reporter
from activity_dispatch.runtime.composition import Runtime
from activity_dispatch.runtime.settings import Settings
from activity_dispatch.testing.executions import FakeTask
from activity_dispatch.testing.stack import InMemoryStack
from activity_dispatch.worker.assignment import Taken, take

RECORDED = json.loads((Path(__file__).parent / "recorded/0.1.0.json").read_text())
STARTED = RECORDED["tasks"]["started"]
TASK_ID, ARN, JOB = (STARTED["read"][name] for name in ("task_id", "activity_arn", "job_id"))
# As module backend-fargate of 0.1.0 wrote it.
CONFIG = {
    "cluster": "arn:aws:ecs:eu-west-1:000000000000:cluster/orders-fargate",
    "task_definition": "orders-fargate",
    "container": "job",
    "capacity_provider": "FARGATE",
    "subnets": ["subnet-1"],
    "security_groups": ["sg-1"],
    "assign_public_ip": False,
    "log_group": "/ecs/orders-fargate",
    "log_stream_prefix": "jobs",
}
OLD = Activity(
    arn=ARN,
    name="orders-fargate",
    backend="fargate",
    config=CONFIG,
    heartbeat_seconds=300,
    timeout_seconds=600,
)
NEW = replace(
    OLD, backend="ecs", config={**CONFIG, "capacity": [{"provider": "FARGATE", "weight": 1, "base": 0}]}
)
ENDED = {
    "taskArn": JOB,
    "startedBy": TASK_ID,
    "lastStatus": "STOPPED",
    "desiredStatus": "STOPPED",
    "stopCode": "EssentialContainerExited",
    "startedAt": "2026-11-23T15:04:50Z",
    "overrides": {
        "containerOverrides": [{"name": "job", "environment": [{"name": "TASK_ID", "value": TASK_ID}]}]
    },
}

pytestmark = pytest.mark.parametrize("table", ["dynamodb"], indirect=True)


@pytest.fixture(params=["described by 0.1.0", "described anew", "kept"])
def old(request, table) -> "Upgraded":
    """A stack after its upgrade, with a task that 0.1.0 started."""
    upgraded = Upgraded(replace(table, stack=Stack(name="orders")))
    item = dict(STARTED["item"])
    if request.param == "kept":
        upgraded.table.keep_description(OLD)
        item["activity"] = {"S": OLD.fingerprint}
    upgraded.put(item)
    # A kept description serves a task of an activity that is gone.
    if request.param != "kept":
        upgraded.describe(OLD if request.param == "described by 0.1.0" else NEW)
    return upgraded


class Upgraded:
    """The roles over the table in DynamoDB, with the real backends and a client of ECS that notes calls."""

    def __init__(self, table: Any) -> None:
        self.table, self.ecs, self.stack = table, Mock(), InMemoryStack()
        self.ecs.run_task.return_value = {"tasks": [{"taskArn": JOB}], "failures": []}
        clients: Any = Mock(ecs=self.ecs)
        parts = self.stack.parts() | {
            "tasks": table,
            "create_backend": lambda name, config, _: registry.create(name, config, clients),
            "diagnose": registry.diagnose,
        }
        settings = Settings(task_table="tasks", payload_bucket="payloads", dispatch_queue_url="queue")
        self.runtime = Runtime(settings=settings, **parts)
        self.waiting = FakeTask(token="recorded-token", input="{}", activity_arn=ARN)
        self.stack.stepfunctions.tasks[self.waiting.token] = self.waiting

    def put(self, item: dict[str, Any]) -> None:
        self.table.client.put_item(TableName=self.table.name, Item=item)

    def describe(self, activity: Activity) -> None:
        text = {"S": activity.to_json()}
        self.put({"task_id": {"S": f"activity#{ARN}"}, "poll_id": {"S": "activity"}, "activity": text})


def test_the_reporter_settles_it_with_its_log(old) -> None:
    old.stack.logs.lines["/ecs/orders-fargate", f"jobs/job/{JOB.rpartition('/')[2]}"] = ["went wrong"]
    event = ecs_event({**ENDED, "containers": [{"name": "job", "exitCode": 3}]})
    assert make_reporter(old.runtime).handle(event) is Report.SETTLED
    assert old.waiting.answer is not None
    cause = json.loads(old.waiting.answer["cause"])
    assert (old.waiting.answer["error"], cause["log_tail"]) == ("Job.Failed", ["went wrong"])
    assert cause["backend"] in ("ecs", "fargate")


def test_the_reconciler_describes_and_stops_its_job_where_it_runs(old) -> None:
    old.ecs.describe_tasks.return_value = {"tasks": [{**ENDED, "lastStatus": "RUNNING"}]}
    reconciler = make_reconciler(old.runtime, threads=1, heartbeats=RateLimit(per_second=1e6))
    assert reconciler.run() == {"BEAT": 1}
    assert old.ecs.describe_tasks.call_args.kwargs == {"cluster": CONFIG["cluster"], "tasks": [JOB]}
    old.stack.stepfunctions.abort(old.waiting)
    reconciler.run()
    assert old.ecs.stop_task.call_args.kwargs["task"] == JOB


def test_its_worker_reports_what_its_record_says(old) -> None:
    taken = take(old.table, TASK_ID, "ecs:1")
    assert isinstance(taken, Taken)
    assert taken.assignment.cause("x").backend == "fargate"


@pytest.mark.parametrize("described", [OLD, NEW], ids=["described by 0.1.0", "described anew"])
def test_the_dispatcher_starts_tasks_with_either_description(table, described: Activity) -> None:
    upgraded = Upgraded(replace(table, stack=Stack(name="orders")))
    upgraded.describe(described)
    scheduled = upgraded.stack.stepfunctions.schedule(ARN)
    assert make_dispatcher(upgraded.runtime, "dispatcher").handle(json.dumps({"activity_arn": ARN})) is (
        Result.STARTED
    )
    request = upgraded.ecs.run_task.call_args.kwargs
    assert request["taskDefinition"] == "orders-fargate"
    assert request["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1}]
    assert upgraded.table.overview().tasks[0].backend == described.backend
    assert scheduled.worker_name is not None
