"""The stack on a local cloud, deployed once for all tests by `make local-up`."""

import json
import os
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from python_terraform import Terraform
from tests.integration import trial
from tests.integration.applied import Applied
from tests.integration.chaos.run import Run, run_once
from tests.integration.chaos.stack import Chaos
from tests.integration.faulty.stack import Faulty, resources_of
from tests.integration.helpers import (
    CHANGED,
    CHAOS,
    FAULTY,
    clients_of,
    documented,
    dropped_functions,
    pack_function,
)
from tests.integration.trial import Trial

from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended
from activity_dispatch_cli.logs import written_by_now
from operations import outputs, paths, process
from operations.local import cloud

INIT_SECONDS = 300
FOLLOW_SECONDS = 180


DESELECTED = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[DESELECTED] = 0


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[DESELECTED] += 1


@pytest.fixture
def deselected(request: pytest.FixtureRequest) -> int:
    """How many tests -k, -m or a similar option left out."""
    return request.config.stash[DESELECTED]


@pytest.fixture(scope="session", autouse=True)
def is_borrowed() -> bool:
    """Whether the cloud was there before the tests."""
    return cloud.is_there()


@pytest.fixture(scope="session")
def running_cloud(is_borrowed: bool) -> Iterator[str]:
    with cloud.running() as running:
        yield running.endpoint
        dropped = dropped_functions(clients_of(running.endpoint))
        if not is_borrowed:
            documented("make local-down")
        assert dropped == [], "no function of a stack may be in a loop that Lambda stops"


@pytest.fixture(scope="session")
def modules(running_cloud: str, client: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The modules as another repository uses them, applied while other tests run; `machines()` waits."""
    with trial.modules(running_cloud, client, tmp_path_factory.mktemp("trial")) as applying:
        yield applying


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, running_cloud: str) -> SimpleNamespace:
    """What `make local-up` writes to build/local/outputs.json; other stacks are applied at the same time."""
    needed = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in sorted(needed & {"faulty_applied", "changed_applied", "chaos_applied"}):
        request.getfixturevalue(name)
    documented("make local-up")
    return SimpleNamespace(**outputs.load(outputs.LOCAL).document)


@pytest.fixture(scope="session")
def client(running_cloud: str) -> Callable[[str], Any]:
    """Create clients as localstack-client does, for the address of the cloud."""
    return clients_of(running_cloud)


@pytest.fixture(scope="session")
def follow(client) -> Callable[[str], Ended]:
    """Wait for an execution to end."""

    def wait(arn: str) -> Ended:
        return execution.follow(
            client("stepfunctions"),
            arn,
            tell=lambda line: None,
            interval_seconds=0.3,
            limit_seconds=FOLLOW_SECONDS,
        )

    return wait


@pytest.fixture
def put_text(client, stack) -> Callable[[bytes], str]:
    """Put a new object into the data bucket; return its S3 URI."""

    def put(body: bytes) -> str:
        key = f"texts/{uuid.uuid4().hex}.txt"
        client("s3").put_object(Bucket=stack.data_bucket, Key=key, Body=body)
        return f"s3://{stack.data_bucket}/{key}"

    return put


@pytest.fixture
def images() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Change the local cloud's images; it reads them each time a container starts."""
    before = paths.CLOUD_IMAGES.read_text()

    def change(mapping: dict[str, Any]) -> None:
        paths.CLOUD_IMAGES.write_text(json.dumps(mapping))

    yield change
    paths.CLOUD_IMAGES.write_text(before)


@pytest.fixture(scope="session")
def terraform(running_cloud: str) -> Callable[[Path], Terraform]:
    """Terraform in a folder; `scripts/terraform-init` initialises it first."""
    os.environ.pop("TF_CLI_CONFIG_FILE", None)

    def make(folder: Path, **variables: str) -> Terraform:
        return Terraform(
            working_dir=str(folder), variables={"endpoint": running_cloud, **variables}, parallelism=30
        )

    return make


def _applied(terraform: Callable[..., Terraform], folder: Path, **variables: str) -> Iterator[Applied]:
    process.run([paths.TERRAFORM_INIT, folder], timeout_seconds=INIT_SECONDS)
    applied = Applied(terraform(folder, **variables))
    yield applied
    applied.destroy()


@pytest.fixture(scope="session")
def faulty_applied(terraform, tmp_path_factory) -> Iterator[Applied]:
    package = pack_function(tmp_path_factory.mktemp("faulty") / "faulty.zip")
    yield from _applied(terraform, FAULTY, package=str(package))


@pytest.fixture(scope="session")
def chaos_applied(terraform, tmp_path_factory) -> Iterator[Applied]:
    """The stack of test_zz_chaos.py, which begins to destroy it; its errors are reported at the end."""
    package = pack_function(tmp_path_factory.mktemp("chaos") / "chaos.zip")
    yield from _applied(terraform, CHAOS, package=str(package))


@pytest.fixture(scope="session")
def chaos_run(chaos_applied: Applied, running_cloud: str, client, tmp_path_factory) -> Iterator[Future[Run]]:
    """A run that breaks the stack: it has been broken, and comes to rest while other tests run."""
    outputs = chaos_applied.outputs()
    chaos = Chaos(
        endpoint=running_cloud,
        client=client,
        state_machines=outputs["state_machines"],
        task_table=outputs["task_table"],
        batch_on_ecs=outputs["batch_on_ecs"],
    )
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(2**32))
    # Written past pytest's capture: whoever sees a run fail must be able to repeat it.
    os.write(2, f"\nchaos: SEED={seed}\n".encode())
    chance = random.Random(int(seed))  # noqa: S311 (nothing secret: the seed repeats a run)
    broken = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_once, chaos, chance, tmp_path_factory.mktemp("chaos"), broken)
        run.add_done_callback(lambda _: broken.set())
        broken.wait()
        yield run


@pytest.fixture(scope="session")
def changed_applied(terraform) -> Iterator[Applied]:
    """The stack of test_changed_backends.py, which begins to destroy it."""
    yield from _applied(terraform, CHANGED)


@pytest.fixture(scope="session")
def faulty_terraform(faulty_applied: Applied) -> Terraform:
    faulty_applied.outputs()
    return faulty_applied.terraform


@pytest.fixture(scope="session")
def faulty(faulty_applied: Applied, client, follow) -> Iterator[Faulty]:
    """Wait for the stack; destroy it at the end and check that nothing of it is left."""
    yield Faulty(faulty_applied.outputs(), client, follow)
    faulty_applied.destroy()
    assert resources_of(client, "faulty") == []


@pytest.fixture(scope="session")
def log_lines(client) -> Callable[[str], list[str]]:
    """All lines of a log group that were written before the call: it waits until they can be read."""

    def read(group: str) -> list[str]:
        return [event["message"] for event in written_by_now(client("logs"), group)]

    return read
