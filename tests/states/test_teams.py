"""Two teams and a control plane, in three Terraform states, each applied with a role of its own."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.applied import InBackground
from tests.integration.helpers import refusals, wait_until
from tests.states.teams import attack, states
from tests.states.teams.attack import ATTACKS
from tests.states.teams.refused import REFUSED
from tests.states.teams.states import Teams, arn_of

STALE_SECONDS = 60
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@pytest.fixture(scope="module")
def teams(teams_applied: InBackground[Teams]) -> Iterator[Teams]:
    yield teams_applied.made()
    teams_applied.begin_destroy()


@pytest.fixture(scope="module")
def blue(teams: Teams, client) -> Callable[[str], Any]:
    return states.clients_as(client, teams.endpoint, "plane-team-blue")


@pytest.mark.parametrize("name", ["red-sketch", "red-paint", "red-print", "blue-fold"])
def test_each_activity_processes_its_task(teams: Teams, follow, name: str) -> None:
    ended = follow(teams.start(teams.machine(name), {"n": 1}))
    by = "fold" if name == "blue-fold" else name
    assert (ended.status, json.loads(ended.output or "null")) == (
        "SUCCEEDED",
        {"by": by, "input": {"n": 1}},
    ), ended.cause


def test_no_activity_changes_the_plan_of_the_control_plane(teams: Teams) -> None:
    assert teams.plans == dict.fromkeys(
        ["the control plane alone", "team red's three activities", "team blue's activity"], 0
    )


@pytest.mark.parametrize("team", ["red", "blue"])
def test_a_second_plan_of_a_team_shows_no_change(teams: Teams, team: str) -> None:
    code, shown = teams.plan(team)
    assert code == 0, shown


def test_no_permission_was_missing(teams: Teams, running_cloud: str) -> None:
    assert [line for line in refusals(running_cloud) if "plane" in line] == []


@pytest.mark.parametrize("what", REFUSED)
def test_a_team_is_refused(teams: Teams, blue, what: str) -> None:
    with pytest.raises(ClientError) as refused:
        REFUSED[what](blue)
    assert refused.value.response["Error"]["Code"] in DENIED, refused.value


def test_what_was_refused_changed_nothing(teams: Teams, follow) -> None:
    assert [teams.plan(name)[0] for name in ("plane", "red", "blue")] == [0, 0, 0]
    assert follow(teams.start(teams.machine("red-sketch"), 1)).status == "SUCCEEDED"


@pytest.fixture(scope="module")
def attacks(teams: Teams, blue, log_lines) -> Iterator[dict[str, Any]]:
    """What the dispatcher says of each attack; and how often red's programs had started before."""
    before = dict(teams.starts())
    arns = {name: attack.begin(teams, blue, f"blue-{name}", one) for name, one in ATTACKS.items()}
    group = teams.outputs["plane"]["functions"]["dispatcher"]["log_group_name"]

    def said(name: str) -> list[str]:
        return [line for line in log_lines(group) if f"blue-{name};" in line]

    yield {"before": before, "arns": arns, **{name: wait_until(partial(said, name), 90) for name in ATTACKS}}
    for name, one in ATTACKS.items():
        attack.end(teams, f"blue-{name}", one, arns[name])


@pytest.mark.parametrize("name", ATTACKS)
def test_a_description_with_what_is_anothers_starts_nothing(teams: Teams, attacks, client, name: str) -> None:
    field, theirs = ATTACKS[name].named
    assert any(f"config.{field}: '{theirs}' in the description of " in line for line in attacks[name])
    assert teams.starts() == attacks["before"]
    # An activity's task stays, a callback's fails in time: nobody takes it.
    ended = client("stepfunctions").describe_execution(executionArn=attacks["arns"][name])
    assert (ended["status"], ended.get("error")) in {("RUNNING", None), ("FAILED", "States.Timeout")}


def test_the_control_plane_goes_on_after_attacks(teams: Teams, attacks, follow) -> None:
    assert follow(teams.start(teams.machine("red-sketch"), 2)).status == "SUCCEEDED"
    teams.plan_control_plane("attacks")


@pytest.mark.parametrize(
    ("name", "left"),
    [
        # With its roles, its log and its definition, in one apply: it waits for the task.
        ("sketch", {"activities": ["paint", "print"]}),
        # The backend was made beside it, and stays.
        ("paint", {"activities": ["print"]}),
    ],
)
def test_an_open_task_of_a_removed_activity_ends_as_it_would_have(
    teams: Teams, follow, name: str, left: dict[str, Any]
) -> None:
    full, before = f"red-{name}", teams.starts()[f"red-{name}"]
    teams.gate.unlink()
    arn = teams.start(teams.machine(full), {"n": 7})
    wait_until(lambda: teams.starts()[full] > before, seconds=90)
    with ThreadPoolExecutor(1) as pool:
        applying = pool.submit(teams.apply, "red", **left)
        wait_until(lambda: applying.done() or teams.item(f"activity#{arn_of(full)}") is None, seconds=200)
        teams.gate.touch()
        ended = follow(arn)
        applying.result()
    assert (ended.status, json.loads(ended.output or "null")) == (
        "SUCCEEDED",
        {"by": full, "input": {"n": 7}},
    ), (
        ended.error,
        ended.cause,
    )
    assert teams.starts()[full] == before + 1
    assert teams.item(f"activity#claim:plane-{full}") is None
    teams.plan_control_plane("the removal of an activity")


@pytest.fixture(scope="module")
def with_secrets(teams: Teams, client) -> None:
    """Team red's containers with secrets, a volume and a sidecar that fails, on ECS and on Batch."""
    key = client("secretsmanager").create_secret(Name="plane-red-press", SecretString='{"key": "k-1"}')["ARN"]
    client("ssm").put_parameter(Name="/plane/red/ink", Value="black", Type="SecureString")
    ink = f"arn:aws:ssm:{states.REGION}:{states.ACCOUNT}:parameter/plane/red/ink"
    teams.apply("red", secrets={"KEY": f"{key}:key::", "INK": ink})
    teams.plan_control_plane("containers with secrets")


@pytest.mark.usefixtures("with_secrets")
@pytest.mark.parametrize("name", ["red-engrave", "red-emboss", "red-etch"])
def test_a_container_has_its_secrets_and_its_volume_and_a_sidecar_may_fail(
    teams: Teams, follow, client, name: str
) -> None:
    # The file system keeps what the first run wrote.
    for run in (1, 2):
        ended = follow(teams.start(teams.machine(name), {}))
        assert (ended.status, json.loads(ended.output or "null")) == (
            "SUCCEEDED",
            {"key": "k-1", "ink": "black", "runs": run},
        ), (ended.error, ended.cause)
    codes = _exit_codes_on_ecs if name == "red-engrave" else _exit_codes_on_batch
    # The worker reports before its task has stopped.
    wait_until(lambda: codes(client, f"plane-{name}") == [{"job": 0, "meter": 3}] * 2)


@pytest.mark.usefixtures("with_secrets")
def test_a_second_plan_of_containers_with_sidecars_shows_no_change(teams: Teams) -> None:
    code, shown = teams.plan("red")
    assert code == 0, shown


@pytest.mark.usefixtures("with_secrets")
def test_the_last_sidecar_and_the_first_change_the_form_of_a_job_definition(teams: Teams, follow) -> None:
    for has_sidecars in (False, True):
        teams.apply("red", has_sidecars=has_sidecars)
        code, shown = teams.plan("red")
        assert code == 0, shown
    # As docs/contract.md says: until then a dispatcher may go by the old description.
    time.sleep(STALE_SECONDS)
    ended = follow(teams.start(teams.machine("red-emboss"), {}))
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)


def _exit_codes_on_ecs(client: Callable[[str], Any], family: str) -> list[dict[str, int | None]]:
    ecs = client("ecs")
    tasks = ecs.list_tasks(cluster="plane", family=family, desiredStatus="STOPPED")["taskArns"]
    described = ecs.describe_tasks(cluster="plane", tasks=tasks)["tasks"] if tasks else []
    return [_codes(task["containers"]) for task in described]


def _exit_codes_on_batch(client: Callable[[str], Any], definition: str) -> list[dict[str, int | None]]:
    batch = client("batch")
    filters = [{"name": "JOB_DEFINITION", "values": [definition]}]
    listed = batch.list_jobs(jobQueue="plane", filters=filters)["jobSummaryList"]
    described = batch.describe_jobs(jobs=[one["jobId"] for one in listed])["jobs"]
    return [_codes(job["ecsProperties"]["taskProperties"][0]["containers"]) for job in described]


def _codes(containers: list[dict[str, Any]]) -> dict[str, int | None]:
    return {one["name"]: one.get("exitCode") for one in containers}


@pytest.mark.parametrize(("team", "name"), [("red", "red-print"), ("blue", "blue-fold")])
def test_a_second_state_that_names_an_activity_gets_an_error_and_takes_nothing(
    teams: Teams, follow, team: str, name: str
) -> None:
    code, errors = teams.try_to_apply("second", team=team)
    assert code == 1
    assert "ConditionalCheckFailed" in errors
    assert teams.plan(team)[0] == 0
    teams.destroy("second")
    code, shown = teams.plan(team)
    assert code == 0, shown
    assert teams.item(f"activity#claim:plane-{name}") is not None
    assert follow(teams.start(teams.machine(name), 3)).status == "SUCCEEDED"


def test_only_blues_attempts_were_refused(teams: Teams, running_cloud: str) -> None:
    refused = [line for line in refusals(running_cloud) if "plane" in line]
    assert [line for line in refused if not line.startswith("plane-team-blue ")] == []
