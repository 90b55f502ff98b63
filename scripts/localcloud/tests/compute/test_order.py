"""Sidecars: containers beside the job's, in the order of their dependencies."""

from pathlib import Path
from typing import Any

import pytest
from cloud import error_code, stays, wait_for

from compute.resources import NEVER, Ecs, Events, sh


def after(condition: str, name: str = "helper") -> list[dict[str, str]]:
    """Return dependsOn of one container."""
    return [{"containerName": name, "condition": condition}]


def helper(ecs: Ecs, script: str, **more: Any) -> dict[str, Any]:
    return ecs.container(sh(script), **{"name": "helper", "essential": False, **more})


def codes(task: Any) -> dict[str, int | None]:
    return {item["name"]: item.get("exitCode") for item in task["containers"]}


def checked(script: str, **more: Any) -> dict[str, Any]:
    """Return a health check as fast as ECS has it."""
    return {"command": ["CMD-SHELL", script], "interval": 5, "timeout": 2, "retries": 1, **more}


def test_the_events_list_all_containers_with_their_exit_codes(ecs: Ecs, ecs_events: Events) -> None:
    definition = ecs.definition(
        ecs.container(["true"], dependsOn=after("COMPLETE")), helper(ecs, "exit 3")
    )
    arn = ecs.run(definition)
    details = ecs_events.take("taskArn", arn, last="STOPPED")
    last = max(details, key=lambda item: item["version"])
    assert codes(last) == {"app": 0, "helper": 3}
    assert last["stopCode"] == "EssentialContainerExited"


@pytest.mark.parametrize("condition", ["START", "COMPLETE", "SUCCESS"])
def test_a_container_waits_for_its_dependency(ecs: Ecs, tmp_path: Path, condition: str) -> None:
    mark = tmp_path / "mark"
    script = f"echo first > {mark}" + ("; exec sleep 1000" if condition == "START" else "")
    job = f"until [ -s {mark} ]; do sleep 0.02; done; cat {mark}"
    # The dependency is listed last.
    definition = ecs.definition(
        ecs.container(sh(job), dependsOn=after(condition)), helper(ecs, script)
    )
    arn = ecs.run(definition)
    assert codes(ecs.reach(arn, "STOPPED"))["app"] == 0
    assert ecs.output(arn) == ["first"]


def test_a_task_is_pending_until_all_its_containers_have_started(ecs: Ecs, tmp_path: Path) -> None:
    go = tmp_path / "go"
    definition = ecs.definition(
        ecs.container(["true"], dependsOn=after("SUCCESS")),
        helper(ecs, f"until [ -e {go} ]; do sleep 0.02; done"),
    )
    arn = ecs.run(definition)
    wait_for(lambda: ecs.describe(arn)["containers"][1]["lastStatus"] == "RUNNING")
    assert stays(lambda: ecs.describe(arn)["lastStatus"], "PENDING", seconds=0.5)
    assert ecs.describe(arn)["containers"][0]["lastStatus"] == "PENDING"
    go.touch()
    assert codes(ecs.reach(arn, "STOPPED")) == {"app": 0, "helper": 0}


def test_a_container_is_given_up_if_its_dependency_fails(ecs: Ecs) -> None:
    definition = ecs.definition(
        ecs.container(["true"], dependsOn=after("SUCCESS")), helper(ecs, "exit 3")
    )
    task = ecs.reach(ecs.run(definition), "STOPPED")
    assert task["stopCode"] == "EssentialContainerExited"
    assert "startedAt" not in task
    assert codes(task) == {"app": 143, "helper": 3}
    assert task["containers"][0]["reason"] == (
        "CannotStartContainerError: dependency graph: failed to resolve container ordering "
        "dependency [helper] for target [app] as dependency did not exit successfully."
    )


def test_the_job_runs_without_a_sidecar_that_is_given_up(ecs: Ecs) -> None:
    definition = ecs.definition(
        ecs.container(["true"], dependsOn=after("COMPLETE", "second")),
        helper(ecs, "exit 3"),
        helper(ecs, "true", name="second", dependsOn=after("SUCCESS")),
    )
    task = ecs.reach(ecs.run(definition), "STOPPED")
    assert codes(task) == {"app": 0, "helper": 3, "second": 143}


def test_a_dependency_has_a_time_limit(ecs: Ecs) -> None:
    definition = ecs.definition(
        ecs.container(["true"], dependsOn=after("SUCCESS")),
        helper(ecs, "exec sleep 1000", startTimeout=2),
    )
    task = ecs.reach(ecs.run(definition), "STOPPED")
    assert codes(task) == {"app": 143, "helper": 143}
    assert task["containers"][0]["reason"].endswith(
        "container ordering dependency [helper] for target [app] has timed out."
    )


def test_a_stop_ends_the_wait(ecs: Ecs) -> None:
    definition = ecs.definition(
        ecs.container(["true"], dependsOn=after("SUCCESS")), helper(ecs, "exec sleep 1000")
    )
    arn = ecs.run(definition)
    wait_for(lambda: ecs.describe(arn)["containers"][1]["lastStatus"] == "RUNNING")
    ecs.client.stop_task(cluster=ecs.cluster, task=arn, reason="enough")
    task = ecs.reach(arn, "STOPPED")
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")
    assert codes(task) == {"app": None, "helper": 143}


def test_a_dependency_is_stopped_after_those_that_depend_on_it(ecs: Ecs, tmp_path: Path) -> None:
    log = tmp_path / "log"
    trap = "trap 'sleep 0.3; echo {0} >> {1}; exit 0' TERM; touch {1}.{0}; sleep 1000 & wait"
    definition = ecs.definition(
        ecs.container(sh(trap.format("app", log)), dependsOn=after("START")),
        helper(ecs, trap.format("helper", log), essential=True),
    )
    arn = ecs.run(definition)
    wait_for(lambda: all(Path(f"{log}.{name}").exists() for name in ("app", "helper")))
    ecs.client.stop_task(cluster=ecs.cluster, task=arn)
    ecs.reach(arn, "STOPPED")
    assert log.read_text(encoding="utf-8") == "app\nhelper\n"


class TestHealth:
    def test_a_container_waits_until_its_dependency_is_healthy(
        self, ecs: Ecs, tmp_path: Path
    ) -> None:
        up = tmp_path / "up"
        definition = ecs.definition(
            ecs.container(sh(f"cat {up}"), dependsOn=after("HEALTHY")),
            helper(
                ecs,
                f"sleep 1; echo here > {up}; exec sleep 1000",
                healthCheck=checked("[ -s $MARK ]"),
                environment=[{"name": "MARK", "value": str(up)}],
            ),
        )
        arn = ecs.run(definition)
        assert codes(ecs.reach(arn, "STOPPED", seconds=20)) == {"app": 0, "helper": 143}
        assert ecs.output(arn) == ["here"]

    def test_a_failing_check_makes_the_task_unhealthy_and_ends_nothing(self, ecs: Ecs) -> None:
        command = {"healthCheck": {**checked("false"), "command": ["CMD", "false"]}}
        arn = ecs.run_command(NEVER, **command)
        wait_for(lambda: ecs.describe(arn)["healthStatus"] == "UNHEALTHY", seconds=20)
        task = ecs.describe(arn)
        assert (task["lastStatus"], task["containers"][0]["healthStatus"]) == (
            "RUNNING",
            "UNHEALTHY",
        )
        ecs.client.stop_task(cluster=ecs.cluster, task=arn)

    def test_a_dependency_that_ends_is_never_healthy(self, ecs: Ecs) -> None:
        definition = ecs.definition(
            ecs.container(["true"], dependsOn=after("HEALTHY")),
            helper(ecs, "exit 0", healthCheck=checked("true")),
        )
        assert codes(ecs.reach(ecs.run(definition), "STOPPED")) == {"app": 143, "helper": 0}


class TestRefusals:
    @pytest.mark.parametrize(
        ("depends_on", "more"),
        [
            (after("START", "nobody"), {}),
            (after("COMPLETE"), {"essential": True}),
            (after("SUCCESS"), {"essential": True}),
            (after("HEALTHY"), {}),
            (after("START"), {"dependsOn": after("START", "app")}),
            (after("START", "app"), {}),
        ],
    )
    def test_impossible_dependencies(self, ecs: Ecs, depends_on: Any, more: Any) -> None:
        containers = ecs.container(["true"], dependsOn=depends_on), helper(ecs, "true", **more)
        with pytest.raises(ecs.client.exceptions.ClientException):
            ecs.definition(*containers)

    @pytest.mark.parametrize(
        "check",
        [
            checked("true", interval=4),
            checked("true", timeout=61),
            checked("true", retries=11),
            checked("true", startPeriod=301),
            {"command": ["true"]},
        ],
    )
    def test_health_checks(self, ecs: Ecs, check: Any) -> None:
        with pytest.raises(ecs.client.exceptions.ClientException):
            ecs.definition(ecs.container(["true"], healthCheck=check))

    def test_a_session_in_a_container(self, ecs: Ecs) -> None:
        role = ecs.cloud.role()
        definition = ecs.definition(ecs.container(NEVER), taskRoleArn=role)
        session = {"cluster": ecs.cluster, "command": "sh", "interactive": True}
        closed, opened = ecs.run(definition), ecs.run(definition, enableExecuteCommand=True)
        assert [ecs.describe(arn)["enableExecuteCommand"] for arn in (closed, opened)] == [
            False,
            True,
        ]
        for arn, code in ((closed, "InvalidParameterException"), (opened, "ClientException")):
            assert error_code(ecs.client.execute_command, task=arn, **session) == code
            ecs.client.stop_task(cluster=ecs.cluster, task=arn)
        bare = ecs.arguments(ecs.definition(ecs.container(["true"])), enableExecuteCommand=True)
        assert error_code(ecs.client.run_task, **bare) == "InvalidParameterException"
