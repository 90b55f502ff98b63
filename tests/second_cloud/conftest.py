"""The second cloud with three stacks: the environment `local`, one with each wake-up mode, an example's."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration import trial
from tests.integration.helpers import pack, pack_function
from tests.second_cloud import probes
from tests.second_cloud.calls import Calls
from tests.second_cloud.known import Faults
from tests.second_cloud.requests import Client
from tests.second_cloud.workspaces import Change, Workspace, copied, overridden

from activity_dispatch_cli import execution
from activity_dispatch_cli.execution import Ended
from operations import outputs, paths
from operations.clients import EndpointSession
from operations.local import allowances, second_cloud
from operations.local.second_cloud import SecondCloud
from operations.outputs import Outputs

FOLDER = paths.SECOND_CLOUD / "test"
FOLLOW_SECONDS = 240
# It starts as many processes for a function as there are invocations: a burst on a cold one starts fifty.
WARM = {"items": [{"span": 1}] * 8}
# Returns its input, and who it was.
FILM = """
import os

from activity_dispatch import processing_handler

@processing_handler
def handle(job_input):
    return {"by": os.environ["AWS_LAMBDA_FUNCTION_NAME"].removeprefix("films-"), "of": job_input}
"""


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """The stacks, deployed. `planned` is what a plan of `local` changes right after its apply.

    `films` has the ARNs of the state machines of the example one-machine.
    """

    workspaces: Mapping[str, Workspace]
    local: Outputs
    second: Outputs
    films: Mapping[str, str]
    planned: Future[set[Change]]


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """The roles that have allowances, and since when."""

    roles: list[str]
    at: float


@pytest.fixture(scope="session")
def calls() -> Iterator[Calls]:
    listening = Calls()
    yield listening
    listening.close()


@pytest.fixture(scope="session")
def cloud(calls: Calls) -> Iterator[SecondCloud]:
    """The emulator; AWS's tools in this process and its children find it."""
    # Of a run that was killed.
    second_cloud.stop(FOLDER)
    port = int(os.environ.get(second_cloud.PORT_VARIABLE) or 0)
    started = second_cloud.start(FOLDER, port=port, more=calls.variables)
    with pytest.MonkeyPatch.context() as patch:
        # A path that does not exist makes Terraform warn at every call.
        patch.delenv("TF_CLI_CONFIG_FILE", raising=False)
        for name, value in started.variables.items():
            patch.setenv(name, value)
        yield started
    second_cloud.stop(FOLDER)


@pytest.fixture(scope="session")
def end_cloud(cloud: SecondCloud) -> Callable[[], bool]:
    """End it before the end of all tests."""
    return lambda: second_cloud.stop(FOLDER)


@pytest.fixture(scope="session")
def client(cloud: SecondCloud) -> Client:
    """Clients of the account's root user."""
    session = EndpointSession(cloud.endpoint, second_cloud.REGION)
    services = ("batch", "dynamodb", "events", "iam", "lambda", "logs", "s3", "sqs", "stepfunctions", "sts")
    # Threads may share clients, but must not create them at the same time.
    return {service: session.client(service) for service in services}.__getitem__


@pytest.fixture(scope="session")
def workspaces(cloud: SecondCloud) -> Mapping[str, Workspace]:
    root = FOLDER / "work"
    # The environment's state goes to the same place below the copy's root.
    (root / "build/local").mkdir(parents=True)
    variables = {"TF_VAR_endpoint": cloud.endpoint, "TF_VAR_packages_dir": str(paths.ROOT / "build/zip")}
    example = copied(paths.ROOT / "terraform/examples/one-machine", FOLDER / "example")
    folders = {
        "local": copied(paths.ENVIRONMENTS / "local", root),
        "second": copied(Path(__file__).parent / "stack", root),
        "films": overridden(example, Path(__file__).parent / "machines"),
    }
    packages = {
        "second": pack_function(FOLDER / "function.zip"),
        "films": pack(FOLDER / "film.zip", {"film.py": FILM}),
    }
    variables["TF_VAR_saved_queries"] = "false"
    # The example says nothing of endpoints, as on AWS.
    variables |= trial.environment(cloud.endpoint)
    return {
        name: Workspace(folder=folder, variables={**variables, "TF_VAR_package": str(packages.get(name, ""))})
        for name, folder in folders.items()
    }


@pytest.fixture(scope="session")
def stacks(workspaces: Mapping[str, Workspace]) -> Iterator[Stacks]:
    with ThreadPoolExecutor() as pool:
        applying = {name: pool.submit(workspace.apply) for name, workspace in workspaces.items()}
        local = outputs.parse(applying["local"].result())
        second = outputs.parse(applying["second"].result()["stack"])
        films = applying["films"].result()["state_machines"]
        planned = pool.submit(workspaces["local"].planned)
        yield Stacks(workspaces=workspaces, local=local, second=second, films=films, planned=planned)


@pytest.fixture(scope="session")
def refused_before(client: Client, stacks: Stacks) -> Mapping[str, bool]:
    """Whether each request for which there is an allowance is refused without it."""
    return probes.refused(client, stacks.second)


@pytest.fixture(scope="session")
def allowed(client: Client, refused_before: Mapping[str, bool]) -> Allowed:
    """Give the roles what only this cloud asks for."""
    return Allowed(roles=allowances.grant(client("iam")), at=time.time())


@pytest.fixture(scope="session")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="session")
def working(client: Client, stacks: Stacks, allowed: Allowed, wait: Callable[[str], Ended]) -> Stacks:
    """The stacks, once their functions have run: a cold start here takes longer than on AWS."""
    # A plan takes the processor that the functions need to start.
    futures.wait([stacks.planned])
    for machine, document in {"steady": {"return": 1}, "called": {"return": 1}, "map": WARM}.items():
        arn = execution.start(client("stepfunctions"), stacks.second.state_machines[machine], document)
        assert wait(arn).status == "SUCCEEDED"
    # Events of executions come to the reporter; this one is about none of the stack's.
    reporter = stacks.second.functions["reporter"]["arn"]
    client("lambda").invoke(FunctionName=reporter, Payload='{"source": "nobody"}')
    return stacks


@pytest.fixture(scope="session")
def start(client: Client, working: Stacks) -> Callable[..., str]:
    """Start an execution of a machine of the second stack; return its ARN."""

    def begin(document: Any, machine: str = "steady") -> str:
        return execution.start(client("stepfunctions"), working.second.state_machines[machine], document)

    return begin


@pytest.fixture(scope="session")
def wait(client: Client) -> Callable[[str], Ended]:
    """Wait for an execution to end."""

    def follow(arn: str) -> Ended:
        return execution.follow(
            client("stepfunctions"),
            arn,
            tell=lambda line: None,
            interval_seconds=0.2,
            limit_seconds=FOLLOW_SECONDS,
        )

    return follow


@pytest.fixture(scope="session")
def run(start: Callable[..., str], wait: Callable[[str], Ended]) -> Callable[..., Ended]:
    return lambda document, machine="steady": wait(start(document, machine))


@pytest.fixture(scope="session")
def items(client: Client, stacks: Stacks) -> Callable[[], list[dict[str, str]]]:
    """The tasks in the second stack's table, with every attribute as text."""

    def read() -> list[dict[str, str]]:
        table = stacks.second.document["task_table"]
        found = client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
        plain = [{key: str(*value.values()) for key, value in item.items()} for item in found]
        return [item for item in plain if "#" not in item["task_id"]]

    return read
