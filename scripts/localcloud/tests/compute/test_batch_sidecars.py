"""Batch jobs of several containers: in the order of their dependencies, described as on AWS."""

from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, stays, unique, wait_for

from compute.resources import NEVER, STOCK, Batch, Events, post, sh, size
from compute.several import after, codes, container, helper, override, parts, register, submit
from compute.test_roles import allow
from compute.test_volumes import efs, files, point

EXITED = "Essential container in task exited"
BY_ITSELF: dict[str, Any] = {"environment": [{"name": "A", "value": "1"}]}


def test_a_definition_is_described_as_it_was_registered(batch: Batch) -> None:
    given = container(["true"], dependsOn=after("START"))
    (task,) = register(batch, given, helper("true"))["ecsProperties"]["taskProperties"]
    shown = {item["name"]: item for item in task["containers"]}
    assert shown["app"] | given == shown["app"]
    assert (shown["app"]["essential"], shown["helper"]["essential"]) == (True, False)


def test_definitions_of_both_forms_are_revisions_of_one_name(batch: Batch) -> None:
    name, client = unique("forms"), batch.client
    one = {"image": STOCK, "command": sh("exit 4"), "resourceRequirements": size("1", "2048")}
    several = {"taskProperties": [{"containers": [container(sh("exit 5"))]}]}
    for properties in (
        {"containerProperties": one},
        {"ecsProperties": several},
        {"containerProperties": one},
    ):
        client.register_job_definition(jobDefinitionName=name, type="container", **properties)
    described = client.describe_job_definitions(jobDefinitionName=name)["jobDefinitions"]
    forms = {item["revision"]: "ecsProperties" in item for item in described}
    assert forms == {1: False, 2: True, 3: False}
    assert codes(batch.ended(batch.submit(f"{name}:2"))) == {"app": 5}
    assert batch.ended(batch.submit(name))["container"]["exitCode"] == 4


def test_a_sidecar_that_fails_does_not_fail_the_job(batch: Batch, batch_events: Events) -> None:
    job = submit(
        batch, container(sh("echo working"), dependsOn=after("COMPLETE")), helper("exit 3")
    )
    details = batch_events.take("jobId", job, last="SUCCEEDED", count=5)
    described = batch.describe(job)
    assert (described["status"], described["statusReason"]) == ("SUCCEEDED", EXITED)
    assert codes(described) == {"app": 0, "helper": 3}
    assert described["container"] == {}
    (attempt,) = described["attempts"]
    (task,) = attempt["taskProperties"]
    assert {item["name"]: item["exitCode"] for item in task["containers"]} == codes(described)
    assert task["taskArn"] == described["ecsProperties"]["taskProperties"][0]["taskArn"]
    # A schema that AWS publishes has nothing of several containers.
    last = next(item for item in details if item["status"] == "SUCCEEDED")
    assert (last["container"], "ecsProperties" in last) == ({}, False)


def test_each_container_has_its_own_log(batch: Batch) -> None:
    job = batch.ended(
        submit(batch, container(["echo", "a"], dependsOn=after("SUCCESS")), helper("echo b"))
    )
    shown = parts(job)
    assert batch.output(shown["app"]) == ["a"]
    assert batch.output(shown["helper"]) == ["b"]
    streams = [shown[name]["logStreamName"].rsplit("/", 2) for name in ("app", "helper")]
    assert [middle for _, middle, _ in streams] == ["app", "helper"]
    assert len({task for _, _, task in streams}) == 1


def test_overrides_go_to_the_container_that_they_name(batch: Batch) -> None:
    definition = register(
        batch,
        container(["echo", "Ref::word"], dependsOn=after("SUCCESS"), **BY_ITSELF),
        helper("echo $A", **BY_ITSELF),
        definition={"parameters": {"word": "hello"}},
    )["jobDefinitionArn"]
    wanted = override(
        "app",
        command=sh("echo $A $AWS_BATCH_JOB_ID"),
        environment=[{"name": "A", "value": "2"}],
        resourceRequirements=[{"type": "MEMORY", "value": "2048"}],
    )
    job = batch.submit(definition, ecsPropertiesOverride=wanted)
    shown = parts(batch.ended(job))
    assert batch.output(shown["app"]) == [f"2 {job}"]
    assert batch.output(shown["helper"]) == ["1"]
    assert shown["app"]["resourceRequirements"] == size("0.5", "2048")
    assert batch.output(parts(batch.ended(batch.submit(definition)))["app"]) == ["hello"]


@pytest.mark.parametrize("condition", ["START", "COMPLETE", "SUCCESS"])
def test_a_container_waits_for_its_dependency(batch: Batch, tmp_path: Path, condition: str) -> None:
    mark = tmp_path / "mark"
    script = f"echo first > {mark}" + ("; exec sleep 1000" if condition == "START" else "")
    waiting = sh(f"until [ -s {mark} ]; do sleep 0.02; done; cat {mark}")
    job = batch.ended(submit(batch, container(waiting, dependsOn=after(condition)), helper(script)))
    assert codes(job) == {"app": 0, "helper": 143 if condition == "START" else 0}
    assert batch.output(parts(job)["app"]) == ["first"]


def test_a_job_is_starting_until_all_its_containers_have_started(
    batch: Batch, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    waiting = f"touch {tmp_path}/up; until [ -e {go} ]; do sleep 0.02; done"
    job = submit(batch, container(["true"], dependsOn=after("SUCCESS")), helper(waiting))
    wait_for((tmp_path / "up").exists)
    assert stays(lambda: batch.describe(job)["status"], "STARTING", seconds=0.5)
    go.touch()
    assert batch.ended(job)["status"] == "SUCCEEDED"


def test_a_container_is_given_up_if_its_dependency_fails(batch: Batch) -> None:
    job = batch.ended(
        submit(batch, container(["true"], dependsOn=after("SUCCESS")), helper("exit 3"))
    )
    assert (job["status"], "startedAt" in job) == ("FAILED", False)
    assert codes(job) == {"app": 143, "helper": 3}
    assert parts(job)["app"]["reason"].startswith("CannotStartContainerError: dependency graph: ")


def test_an_essential_sidecar_ends_the_job(batch: Batch) -> None:
    job = batch.ended(submit(batch, container(NEVER), helper("exit 3", essential=True)))
    assert (job["status"], job["statusReason"]) == ("FAILED", EXITED)
    assert codes(job) == {"app": 143, "helper": 3}


def test_a_failed_attempt_is_retried_with_all_containers(batch: Batch) -> None:
    fails_once = sh("test $AWS_BATCH_JOB_ATTEMPT = 2 || exit 4")
    job = batch.ended(
        submit(
            batch,
            container(fails_once, dependsOn=after("COMPLETE")),
            helper("exit $AWS_BATCH_JOB_ATTEMPT"),
            retryStrategy={
                "attempts": 3,
                "evaluateOnExit": [{"onExitCode": "4", "action": "RETRY"}],
            },
        )
    )
    assert job["status"] == "SUCCEEDED"
    attempts = [item["taskProperties"][0]["containers"] for item in job["attempts"]]
    assert [{item["name"]: item["exitCode"] for item in each} for each in attempts] == [
        {"app": 4, "helper": 1},
        {"app": 0, "helper": 2},
    ]


def test_termination_and_timeout_stop_all_containers(batch: Batch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    trap = "trap 'sleep 0.3; echo {0} >> {1}; exit 0' TERM; touch {1}.{0}; sleep 1000 & wait"
    job = submit(
        batch,
        container(sh(trap.format("app", log)), dependsOn=after("START")),
        helper(trap.format("helper", log)),
    )
    wait_for(lambda: all(Path(f"{log}.{name}").exists() for name in ("app", "helper")))
    batch.client.terminate_job(jobId=job, reason="enough")
    ended = batch.ended(job)
    assert (ended["statusReason"], ended["isTerminated"]) == ("enough", True)
    # Each after those that depend on it.
    assert log.read_text(encoding="utf-8") == "app\nhelper\n"
    job = submit(
        batch, container(NEVER), helper("exec sleep 1000"), timeout={"attemptDurationSeconds": 1}
    )
    ended = batch.ended(job)
    assert ended["statusReason"] == "Job attempt duration exceeded timeout"
    assert codes(ended) == {"app": 143, "helper": 143}


def test_a_lost_host_takes_all_containers_with_it(batch: Batch, tmp_path: Path) -> None:
    ignoring = f"trap '' TERM; touch {tmp_path}/$0; sleep 1000"
    job = submit(batch, container([*sh(ignoring), "app"]), container([*sh(ignoring), "b"], "b"))
    wait_for(lambda: all((tmp_path / name).exists() for name in ("app", "b")))
    batch.reach(job, "RUNNING")
    assert post(batch.cloud, "spot-interruption", job=job, abrupt=True) == 200
    assert codes(batch.ended(job)) == {"app": 137, "b": 137}


def test_secrets_and_volumes_of_each_container(cloud: Cloud, batch: Batch) -> None:
    file_system = unique("fs-0123456789")
    secret = cloud.client("secretsmanager").create_secret(Name=unique("secret"), SecretString="s-1")
    execution = cloud.role(
        allow(["logs:CreateLogStream", "logs:PutLogEvents"]),
        allow("secretsmanager:GetSecretValue", secret["ARN"]),
    )
    task = {
        "volumes": [efs(file_system)],
        "executionRoleArn": execution,
        "taskRoleArn": cloud.role(files(file_system, "ClientMount", "ClientWrite")),
    }
    given = [{"name": "A", "valueFrom": secret["ARN"]}]
    app = container(
        sh("cat /mnt/films/a; echo ${A:-nothing}"), dependsOn=after("SUCCESS"), mountPoints=point()
    )
    writer = helper("echo $A > /mnt/films/a", secrets=given, mountPoints=point())
    job = batch.ended(submit(batch, app, writer, task=task))
    assert codes(job) == {"app": 0, "helper": 0}
    assert batch.output(parts(job)["app"], count=2) == ["s-1", "nothing"]
    job = batch.ended(submit(batch, app, writer, task={**task, "executionRoleArn": cloud.role()}))
    assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed to start")
    assert "not authorized to perform: secretsmanager:" in parts(job)["helper"]["reason"]


def test_a_sidecar_whose_image_is_missing_fails_the_start(batch: Batch) -> None:
    broken = helper("true", image="nowhere")
    job = batch.ended(submit(batch, container(NEVER), broken))
    assert (job["status"], job["statusReason"]) == ("FAILED", "Task failed to start")
    assert parts(job)["helper"]["reason"].startswith("CannotPullContainerError: ")
    assert codes(job) == {"app": 143, "helper": None}
