"""`make plan`, `deploy` and `destroy` step by step; the steps are only recorded."""

from pathlib import Path

import pytest

from operations import outputs, paths
from operations.deploy import concurrency, guard, pipeline, push, terraform
from operations.deploy.environment import read
from operations.errors import OperationError
from operations.local import cloud
from operations.outputs import Outputs

DEPLOYED = Outputs(
    stack_name="stack",
    endpoint=None,
    region="eu-west-1",
    data_bucket="data",
    activities={"lambda": "arn:aws:states:eu-west-1:123456789012:activity:a"},
    state_machines={"lambda": "arn:aws:states:eu-west-1:123456789012:stateMachine:a"},
    functions={},
    document={
        "dispatch_queue_url": "https://sqs/1/q",
        "task_table": "tasks",
        "dashboard_url": "https://board",
    },
)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, terraform_calls: Path) -> list[str]:
    """The steps in order; the credentials belong to the right account, and the plan has changes."""
    done: list[str] = []

    def check(env: str) -> object:
        done.append("guard")
        return read(env)

    def plan(_env: str, *, to_destroy: bool = False) -> terraform.Plan:
        done.append("plan to destroy" if to_destroy else "plan")
        (paths.ROOT / "plan").touch()
        return terraform.Plan(file=paths.ROOT / "plan", changes=True)

    def apply(_env: str) -> Outputs:
        done.append("apply")
        return DEPLOYED

    monkeypatch.setattr(guard, "has_credentials", lambda: True)
    monkeypatch.setattr(guard, "check", check)
    monkeypatch.setattr(pipeline, "make", done.append)
    monkeypatch.setattr(push, "push", lambda _env, _base, name: done.append(f"push {name}"))
    monkeypatch.setattr(terraform, "plan", plan)
    monkeypatch.setattr(concurrency, "check", lambda _settings: done.append("concurrency"))
    monkeypatch.setattr(terraform, "apply_plan", apply)
    monkeypatch.setattr(terraform, "destroy", lambda _env: done.append("destroy"))
    monkeypatch.delenv("AUTO_APPROVE", raising=False)
    return done


def _protect(checkout: Path) -> None:
    file = checkout / "terraform/environments/dev/terraform.tfvars"
    file.write_text(file.read_text().replace("protected = false", "protected = true"))


def test_a_deploy_tests_builds_pushes_plans_and_applies(
    steps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.deploy_all("dev", "")
    assert steps == ["guard", "test", "zip", "push worker", "plan", "concurrency", "apply"]
    shown = capsys.readouterr().out
    console = "https://eu-west-1.console.aws.amazon.com"
    assert f"{console}/states/home?region=eu-west-1#/statemachines/view/arn%3Aaws%3Astates" in shown
    assert f"{console}/sqs/v3/home?region=eu-west-1#/queues/https%3A%2F%2Fsqs%2F1%2Fq" in shown
    assert f"{console}/dynamodbv2/home?region=eu-west-1#table?name=tasks" in shown
    assert "https://board" in shown


def test_a_protected_environment_asks_before_a_change(
    steps: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _protect(checkout)
    with pytest.raises(OperationError, match="AUTO_APPROVE=1"):
        pipeline.deploy_all("dev", "")
    assert steps[-2:] == ["plan", "concurrency"]
    assert not (checkout / "plan").exists()
    monkeypatch.setenv("AUTO_APPROVE", "1")
    pipeline.deploy_all("dev", "")
    assert steps[-1] == "apply"


@pytest.mark.parametrize(("typed", "goes_on"), [("dev\n", True), ("yes\n", False), ("", False)])
def test_destroy_requires_the_environment_s_name(
    steps: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch, typed: str, goes_on: bool
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return typed

    monkeypatch.setattr("sys.stdin", Terminal())
    if goes_on:
        pipeline.destroy("dev")
    else:
        with pytest.raises(OperationError, match="nothing was changed"):
            pipeline.destroy("dev")
    assert steps == ["guard", "zip", "plan to destroy", *(["destroy"] if goes_on else [])]
    assert (checkout / "plan").exists() is goes_on


def test_a_protected_environment_is_not_destroyed(steps: list[str], checkout: Path) -> None:
    _protect(checkout)
    with pytest.raises(OperationError, match="protected = false"):
        pipeline.destroy("dev")
    assert steps == ["guard"]


def test_the_guard_precedes_a_plan(steps: list[str]) -> None:
    pipeline.plan("dev")
    assert steps == ["guard", "zip", "plan", "concurrency"]


def test_without_credentials_terraform_checks_with_mocks(
    steps: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guard, "has_credentials", lambda: False)
    script = checkout / "scripts/terraform-test"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\ntest "$1" = terraform/environments/dev\n')
    script.chmod(0o755)
    pipeline.plan("dev")
    assert steps == []
    assert capsys.readouterr().out.startswith("No AWS credentials were found: dev is valid, but no plan")
    script.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(OperationError, match="dev is not valid"):
        pipeline.plan("dev")


def test_the_local_cloud_needs_no_approval(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "must_answer", lambda _at: None)
    pipeline.plan(outputs.LOCAL)
    pipeline.destroy(outputs.LOCAL)
    assert steps == ["zip", "plan", "zip", "destroy"]


def test_a_failing_make_is_an_error(checkout: Path) -> None:
    (checkout / "Makefile").write_text("good: ;\nbad: ; @exit 3\n")
    pipeline.make("good")
    with pytest.raises(OperationError, match="make bad failed"):
        pipeline.make("bad")


@pytest.mark.parametrize("given", ["yes", "prod"])
def test_auto_approve_must_be_1_or_0(
    steps: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    _protect(checkout)
    monkeypatch.setenv("AUTO_APPROVE", given)
    with pytest.raises(OperationError, match="must be 1 or 0"):
        pipeline.deploy_all("dev", "")
