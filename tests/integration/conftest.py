"""The stack on a local cloud, deployed once for all tests as `make local-up` does it."""

import json
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from localstack_client.session import Session
from python_terraform import IsFlagged, Terraform
from tests.integration import trial
from tests.integration.helpers import FAULTY, documented, pack_function
from tests.integration.trial import Trial

from activity_dispatch.domain.polls import poll_id_of
from operations import outputs, paths, process
from operations.executions import execution
from operations.executions.execution import Ended
from operations.local import cloud

APPLY_SECONDS = 300
FOLLOW_SECONDS = 180


DESELECTED = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[DESELECTED] = 0


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[DESELECTED] += 1


@pytest.fixture
def deselected(request: pytest.FixtureRequest) -> int:
    """How many tests a -k, a -m or the like left out."""
    return request.config.stash[DESELECTED]


@pytest.fixture(scope="session")
def running_cloud() -> Iterator[str]:
    borrowed = cloud.is_there()
    with cloud.running() as running:
        yield running.endpoint
        if not borrowed:
            documented("make local-down")


@pytest.fixture(scope="session")
def modules(running_cloud: str, client: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The modules as another repository uses them, applied while other tests run; `machines()` waits."""
    with trial.modules(running_cloud, client, tmp_path_factory.mktemp("trial")) as applying:
        yield applying


@pytest.fixture(scope="session")
def stack(running_cloud: str) -> SimpleNamespace:
    """What this writes to build/local/outputs.json."""
    documented("make local-up")
    return SimpleNamespace(**outputs.load(outputs.LOCAL).document)


@pytest.fixture(scope="session")
def client(running_cloud: str) -> Callable[[str], Any]:
    """Make a client as localstack-client does, for the address the cloud runs at."""
    session = Session(
        localstack_host=running_cloud.removeprefix("http://"),
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    made: dict[str, Any] = {}

    def get(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service)
        return made[service]

    return get


@pytest.fixture(scope="session")
def follow(client) -> Callable[[str], Ended]:
    """Wait for an execution to end."""

    def wait(arn: str) -> Ended:
        return execution.follow(
            client("stepfunctions"),
            arn,
            tell=lambda line: None,
            interval_seconds=0.1,
            limit_seconds=FOLLOW_SECONDS,
        )

    return wait


@pytest.fixture
def put_text(client, stack) -> Callable[[bytes], str]:
    """Put an object of its own into the data bucket; return its S3 URI."""

    def put(body: bytes) -> str:
        key = f"texts/{uuid.uuid4().hex}.txt"
        client("s3").put_object(Bucket=stack.data_bucket, Key=key, Body=body)
        return f"s3://{stack.data_bucket}/{key}"

    return put


@pytest.fixture
def images() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Change what stands for images on the local cloud, which reads it at each container's start."""
    before = paths.CLOUD_IMAGES.read_text()

    def change(mapping: dict[str, Any]) -> None:
        paths.CLOUD_IMAGES.write_text(json.dumps(mapping))

    yield change
    paths.CLOUD_IMAGES.write_text(before)


@pytest.fixture(scope="session")
def terraform(running_cloud: str) -> Callable[[Path], Terraform]:
    """Terraform in a folder, initialised by the script that does every init."""
    os.environ.pop("TF_CLI_CONFIG_FILE", None)

    def make(folder: Path, **variables: str) -> Terraform:
        return Terraform(
            working_dir=str(folder), variables={"endpoint": running_cloud, **variables}, parallelism=30
        )

    return make


def holders(slots: Mapping[str, Any]) -> list[str]:
    """Who holds a slot, of an activity's or a callback's item."""
    return list(slots.get("holders", {}).get("SS", ()))


class Faulty:
    """A stack with a function of the user's that misbehaves."""

    def __init__(
        self, outputs: dict[str, Any], client: Callable[[str], Any], wait: Callable[[str], Ended]
    ) -> None:
        self.state_machines: dict[str, str] = outputs["state_machines"]["value"]
        self.activities: dict[str, str] = outputs["activities"]["value"]
        self.task_table: str = outputs["task_table"]["value"]
        self.payload_bucket: str = outputs["payload_bucket"]["value"]
        self.functions: dict[str, dict[str, str]] = outputs["functions"]["value"]
        self.dead_letter_queue_url: str = outputs["dead_letter_queue_url"]["value"]
        self._client, self._wait = client, wait

    def start(self, job_input: Any, activity: str = "steady") -> str:
        return execution.start(self._client("stepfunctions"), self.state_machines[activity], job_input)

    def wait(self, arn: str) -> Ended:
        return self._wait(arn)

    def run(self, job_input: Any, activity: str = "steady") -> Ended:
        return self.wait(self.start(job_input, activity))

    def reconcile(self) -> dict[str, int]:
        """Make a pass of the reconciler now; return its steps."""
        name = self.functions["reconciler"]["arn"]
        answer = self._client("lambda").invoke(FunctionName=name)
        assert "FunctionError" not in answer, answer["Payload"].read()
        return dict(json.load(answer["Payload"]))

    def queue_url(self, client: Callable[[str], Any]) -> str:
        """The dispatch queue."""
        return str(client("sqs").get_queue_url(QueueName="faulty-dispatch")["QueueUrl"])

    def items(self) -> list[dict[str, str]]:
        """The tasks in the table, without tokens and inputs."""
        found = self._client("dynamodb").scan(TableName=self.task_table)["Items"]
        plain = [{key: str(*value.values()) for key, value in item.items()} for item in found]
        return [item for item in plain if "#" not in item["task_id"]]

    def open_items(self) -> list[dict[str, str]]:
        """The tasks that are not closed."""
        return [item for item in self.items() if "poll_id" in item]

    def slots_kept(self, ended: Iterable[Ended]) -> set[str]:
        """The polls that brought these executions' tasks and hold a slot yet.

        Others may: a poll for missed tasks under way, and in mode poll every poll, hold one while they poll.
        """
        events = [event for one in ended for event in one.events if event["type"] == "ActivityStarted"]
        polls = {poll_id_of(event["activityStartedEventDetails"]["workerName"]) for event in events}
        assert polls
        assert None not in polls
        return {holder for item in self._slots() for holder in holders(item)} & polls

    def slot_holders(self, callback: str) -> list[str]:
        """The tasks that hold a slot of a callback."""
        key = f"slots#callback:{callback}"
        return [holder for item in self._slots() if item["task_id"]["S"] == key for holder in holders(item)]

    def waiting_requests(self) -> int:
        """How many requests wait for a slot, of all activities."""
        return sum(int(item.get("waiting", {}).get("N", "0")) for item in self._slots())

    def _slots(self) -> list[dict[str, Any]]:
        found = self._client("dynamodb").scan(TableName=self.task_table)["Items"]
        return [item for item in found if item["task_id"]["S"].startswith("slots#")]


@pytest.fixture(scope="session")
def faulty_terraform(terraform, tmp_path_factory) -> Terraform:
    package = pack_function(tmp_path_factory.mktemp("faulty") / "faulty.zip")
    process.run([paths.TERRAFORM_INIT, FAULTY], timeout_seconds=APPLY_SECONDS)
    return terraform(FAULTY, package=str(package))


@pytest.fixture(scope="session")
def faulty(faulty_terraform, client, follow) -> Iterator[Faulty]:
    """Apply the stack; destroy it at the end and see that nothing of it is left."""
    code, _, errors = faulty_terraform.apply(skip_plan=True, capture_output=True)
    assert code == 0, errors
    try:
        yield Faulty(faulty_terraform.output(), client, follow)
    finally:
        # python-terraform would add -force, which Terraform no longer has.
        code, _, errors = faulty_terraform.destroy(force=None, auto_approve=IsFlagged)
        assert code == 0, errors
    left = [
        *[f["FunctionName"] for f in client("lambda").list_functions()["Functions"]],
        *[a["name"] for a in client("stepfunctions").list_activities()["activities"]],
        *[m["name"] for m in client("stepfunctions").list_state_machines()["stateMachines"]],
        *[url.rsplit("/", 1)[-1] for url in client("sqs").list_queues().get("QueueUrls", [])],
        *client("dynamodb").list_tables()["TableNames"],
        *[b["Name"] for b in client("s3").list_buckets()["Buckets"]],
        *[r["RoleName"] for r in client("iam").list_roles()["Roles"]],
    ]
    assert [name for name in left if name.startswith("faulty")] == []


@pytest.fixture(scope="session")
def log_lines(client) -> Callable[[str], list[str]]:
    """All lines of a log group."""

    def read(group: str) -> list[str]:
        pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    return read
