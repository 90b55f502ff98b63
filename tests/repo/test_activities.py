"""Activities as they are planned: their number of resources, their order, tags, roles and errors.

Terraform plans a copy of the modules, with mocks, so that `make terraform-test` may run beside it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.judges.rendering import parsed
from tests.repo import terraform

ROOT = Path(__file__).resolve().parents[2]
ACTIVITY = ROOT / "terraform/modules/activity"
BACKENDS = ("lambda", "ecs", "batch", "sagemaker")
TEAM = {"team": "films"}
# No resources of AWS, or ones that take the tags in another way.
TAGS_ELSEWHERE = {"aws_s3_object": "an object has at most 10 tags: its bucket has them"}
DOCUMENTS = ("policy", "assume_role_policy", "event_pattern", "value", "environment", "dashboard_body")

type Resource = Mapping[str, Any]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    copy = tmp_path_factory.mktemp("modules")
    ignored = shutil.ignore_patterns(".terraform*")
    for name in ("terraform/modules", "tests/mocks"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    folder = copy / "terraform/modules/stack"
    _init(folder)
    return folder


@pytest.fixture(scope="module")
def plans(stack: Path) -> Mapping[str, list[Resource]]:
    """The resources that each run of counted.tftest.hcl would create."""
    found: dict[str, list[Resource]] = {}
    for message in _test(stack, "-verbose", "-filter=tests/counted.tftest.hcl"):
        for change in message.get("test_plan", {}).get("resource_changes", ()):
            if change["change"]["actions"] == ["create"]:
                found.setdefault(message["@testrun"], []).append(change)
    return found


@pytest.fixture(scope="module")
def errors(stack: Path) -> Mapping[str, str]:
    """The errors of each run in tests/refused, by its name."""
    found: dict[str, str] = {}
    for message in _test(stack, "-test-directory=tests/refused"):
        if "diagnostic" in message:
            found[message["@testrun"]] = (
                found.get(message["@testrun"], "") + message["diagnostic"]["detail"] + "\n"
            )
    return found


@pytest.mark.parametrize(
    ("activity", "most"),
    # Containers have one more: a role, with its policy, for the program, and one for the platform.
    [("of-lambda", 10), ("of-ecs", 11), ("of-batch", 11), ("of-sagemaker", 10), ("called", 10)],
)
def test_an_activity_has_few_resources(plans: Mapping[str, list[Resource]], activity: str, most: int) -> None:
    of_it = [one for one in plans["one_of_each_kind"] if f'module.activity["{activity}"]' in one["address"]]
    assert 0 < len(of_it) <= most, [one["address"] for one in of_it]


def test_an_activity_changes_nothing_of_the_control_plane(plans: Mapping[str, list[Resource]]) -> None:
    without, with_some = (_control_plane(plans[name]) for name in ("none", "one_of_each_kind"))
    assert without
    assert with_some == without


@pytest.mark.parametrize("run", ["none", "one_of_each_kind", "everything"])
def test_the_stack_s_tags_reach_everything(plans: Mapping[str, list[Resource]], run: str) -> None:
    taggable = [
        one for one in plans[run] if "tags" in one["change"]["after"] and one["type"] not in TAGS_ELSEWHERE
    ]
    assert len(taggable) > 20
    assert [one["address"] for one in taggable if not _has_tags(one)] == []


@pytest.mark.parametrize("run", ["none", "one_of_each_kind", "everything"])
def test_every_role_has_path_and_boundary(plans: Mapping[str, list[Resource]], run: str) -> None:
    roles = [one["change"]["after"] for one in plans[run] if one["type"] == "aws_iam_role"]
    assert roles
    for role in roles:
        assert role["permissions_boundary"] == "arn:aws:iam::123456789012:policy/bounds", role["name"]
        assert role["path"].startswith("/studio/"), role["name"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            "misspelt_settings",
            ["Unknown: container.comand, sidecars.proxy.job_wait_for, spott", "module backend-ecs"],
        ),
        ("misspelt_argument", ["Unknown: film.max_concurent_jobs", "allowed_overrides", "wake_up"]),
        ("two_backends", ["lambda, ecs, batch, sagemaker or backend", "Given: 2"]),
        ("no_backend", ["lambda, ecs, batch, sagemaker or backend", "Given: 0"]),
        (
            "backend_not_permitted",
            ["backend and fallbacks must be of kinds that the stack permits: lambda", "Given: ecs"],
        ),
        (
            "wake_up_not_there",
            ["wake_up must be one that the stack has: requests, callback", 'Given: "poll"'],
        ),
        ("another_name", ["name must be the backend's, film, or begin with it and a -", 'Given: "sound"']),
    ],
)
def test_an_error_names_what_is_wrong_and_what_is_allowed(
    errors: Mapping[str, str], run: str, words: list[str]
) -> None:
    for word in words:
        assert word in errors[run], errors[run]


def test_what_is_created_with_the_stack_may_be_unknown(stack: Path) -> None:
    folder = stack / "tests/own_key"
    _init(folder)
    outcome = [message for message in _test(folder) if "test_summary" in message or "diagnostic" in message]
    assert [one.get("test_summary", {}).get("passed", one) for one in outcome] == [1]


def test_an_activity_is_made_claim_first_and_description_last() -> None:
    activity = dict(_dependencies("resource", "aws_sfn_activity"))["this"]
    assert activity == {"aws_dynamodb_table_item.claim"}
    modules = dict(_dependencies("module"))
    for backend in BACKENDS:
        assert modules[backend] == {"aws_dynamodb_table_item.claim"}, backend
    # What it waits for when it is destroyed has to be there until then.
    drain = dict(_dependencies("resource", "aws_lambda_invocation"))["drain"]
    assert drain == {"aws_sfn_activity.this", *(f"module.{backend}" for backend in BACKENDS)}
    items = dict(_dependencies("resource", "aws_dynamodb_table_item"))
    assert items["claim"] == set()
    assert items["this"] == {"aws_lambda_invocation.drain"}


def _dependencies(*labels: str) -> Iterator[tuple[str, set[str]]]:
    for block in terraform.blocks(ACTIVITY, *labels):
        text = (
            str(terraform.value(block.attributes["depends_on"])) if "depends_on" in block.attributes else ""
        )
        yield block.labels[-1], set(re.findall(r"\b(?:module|aws_\w+)\.\w+", text))


def _control_plane(plan: list[Resource]) -> Mapping[str, Any]:
    """Its resources, with the documents in them: mocks make up other attributes at random."""
    return {
        one["address"]: {name: one["change"]["after"].get(name) for name in DOCUMENTS}
        for one in plan
        if one["address"].startswith("module.control_plane.")
    }


def _has_tags(resource: Resource) -> bool:
    return TEAM.items() <= (resource["change"]["after"]["tags"] or {}).items()


def _init(folder: Path) -> None:
    subprocess.run([ROOT / "scripts/terraform-init", folder], check=True, env=_environment())


def _test(folder: Path, *arguments: str) -> Iterator[Mapping[str, Any]]:
    command = ["terraform", f"-chdir={folder}", "test", "-json", *arguments]
    output = subprocess.run(command, check=False, capture_output=True, env=_environment()).stdout
    yield from filter(None, map(parsed, output.splitlines()))


def _environment() -> dict[str, str]:
    removed = ("TF_DATA_DIR", "TF_CLI_CONFIG_FILE")
    return {name: value for name, value in os.environ.items() if name not in removed} | {
        "CHECKPOINT_DISABLE": "1"
    }
