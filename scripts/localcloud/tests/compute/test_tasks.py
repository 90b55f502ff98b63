"""Tasks: failures to start, ends, stops, descriptions and lists."""

import sys
from pathlib import Path
from typing import Any

import pytest
from cloud import error_code, unique, wait_for

from compute.conftest import MAX_CONTAINERS
from compute.resources import NEVER, Ecs, Events, sh, statuses


class TestFailedStarts:
    def test_a_missing_image(self, ecs: Ecs, ecs_events: Events) -> None:
        arn = ecs.run_command(["true"], image="nowhere/nothing:1")
        details = ecs_events.take("taskArn", arn, last="STOPPED")
        assert [last for last, _ in statuses(details)] == [
            *("PROVISIONING", "PENDING"),
            *("DEPROVISIONING", "STOPPED"),
        ]
        task = ecs.describe(arn)
        reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        assert task["stopCode"] == "TaskFailedToStart"
        assert task["stoppedReason"].startswith(reason)
        assert task["containers"][0]["reason"] == task["stoppedReason"]
        assert "exitCode" not in task["containers"][0]
        assert "startedAt" not in task

    def test_a_missing_program(self, ecs: Ecs) -> None:
        task = ecs.reach(ecs.run_command(["no-such-program"]), "STOPPED")
        assert task["stopCode"] == "TaskFailedToStart"
        assert task["stoppedReason"].startswith("CannotStartContainerError: ")

    def test_a_missing_log_group(self, ecs: Ecs) -> None:
        missing, made = unique("/missing"), unique("/made")
        container = ecs.container(["true"])
        options = container["logConfiguration"]["options"]
        options["awslogs-group"] = missing
        task = ecs.reach(ecs.run(ecs.definition(container)), "STOPPED")
        assert task["stopCode"] == "TaskFailedToStart"
        assert task["stoppedReason"].startswith("ResourceInitializationError: ")
        assert "ResourceNotFoundException" in task["stoppedReason"]
        options |= {"awslogs-group": made, "awslogs-create-group": "true"}
        task = ecs.reach(ecs.run(ecs.definition(container)), "STOPPED")
        assert task["containers"][0]["exitCode"] == 0

    def test_on_ec2_only_the_container_states_the_reason(self, ecs: Ecs) -> None:
        definition = ecs.client.register_task_definition(
            family=unique("family"),
            containerDefinitions=[{"name": "app", "image": "nowhere", "memory": 64}],
        )["taskDefinition"]["taskDefinitionArn"]
        answer = ecs.client.run_task(cluster=ecs.cluster, taskDefinition=definition)
        task = ecs.reach(answer["tasks"][0]["taskArn"], "STOPPED")
        assert (task["launchType"], task["stoppedReason"]) == ("EC2", "Task failed to start")
        assert task["containers"][0]["reason"].startswith("CannotPullContainerError: ")


class TestSeveralContainers:
    def test_a_nonessential_container_may_end(self, ecs: Ecs, tmp_path: Path) -> None:
        definition = ecs.definition(
            ecs.container(sh(f"until [ -e {tmp_path}/go ]; do sleep 0.02; done; exit 2")),
            ecs.container(sh("exit 5"), name="helper", essential=False),
        )
        arn = ecs.run(definition)
        wait_for(lambda: ecs.describe(arn)["containers"][1]["lastStatus"] == "STOPPED")
        assert ecs.describe(arn)["lastStatus"] == "RUNNING"
        (tmp_path / "go").touch()
        task = ecs.reach(arn, "STOPPED")
        assert [item["exitCode"] for item in task["containers"]] == [2, 5]

    def test_the_end_of_an_essential_container_stops_the_others(self, ecs: Ecs) -> None:
        definition = ecs.definition(
            ecs.container(sh("exit 2")),
            ecs.container(
                sh("trap 'exit 9' TERM; sleep 1000 & wait"), name="helper", essential=False
            ),
        )
        task = ecs.reach(ecs.run(definition), "STOPPED")
        assert task["stopCode"] == "EssentialContainerExited"
        assert task["containers"][0]["exitCode"] == 2
        # SIGTERM may arrive before the helper's shell has set its trap.
        assert task["containers"][1]["exitCode"] in (9, 143)

    def test_if_one_cannot_start_the_others_are_stopped(self, ecs: Ecs) -> None:
        definition = ecs.definition(
            ecs.container(NEVER), ecs.container(["true"], name="helper", image="nowhere")
        )
        task = ecs.reach(ecs.run(definition), "STOPPED")
        assert task["stopCode"] == "TaskFailedToStart"
        assert [item.get("exitCode") for item in task["containers"]] == [143, None]


class TestStop:
    def test_sigterm_and_how_the_program_handles_it(
        self, ecs: Ecs, ecs_events: Events, tmp_path: Path
    ) -> None:
        script = f"trap 'echo bye; exit 6' TERM; touch {tmp_path}/up; sleep 1000 & wait"
        arn = ecs.run_command(sh(script))
        wait_for((tmp_path / "up").exists)
        answer = ecs.client.stop_task(cluster=ecs.cluster, task=arn, reason="enough")
        assert answer["task"]["desiredStatus"] == "STOPPED"
        details = ecs_events.take("taskArn", arn, last="STOPPED")
        assert ("RUNNING", "STOPPED") in statuses(details)
        task = ecs.describe(arn)
        assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough")
        assert task["containers"][0]["exitCode"] == 6
        assert ecs.output(arn) == ["bye"]

    @pytest.mark.parametrize("more", [{}, {"stopTimeout": 2}])
    def test_sigkill_after_the_stop_timeout(
        self, ecs: Ecs, tmp_path: Path, more: dict[str, int]
    ) -> None:
        script = f"trap '' TERM; touch {tmp_path}/up; while :; do sleep 0.1; done"
        arn = ecs.run_command(sh(script), **more)
        wait_for((tmp_path / "up").exists)
        ecs.client.stop_task(cluster=ecs.cluster, task=arn)
        task = ecs.reach(arn, "STOPPED")
        assert task["containers"][0]["exitCode"] == 137
        took = (task["stoppedAt"] - task["stoppingAt"]).total_seconds()
        # This cloud's stop timeout is 1 s.
        expected = more.get("stopTimeout", 1)
        assert expected <= took < expected + 2

    def test_stopping_a_stopped_task_changes_nothing(self, ecs: Ecs) -> None:
        arn = ecs.run_command(["true"])
        before = ecs.reach(arn, "STOPPED")
        ecs.client.stop_task(cluster=ecs.cluster, task=arn)
        assert ecs.describe(arn) == before

    def test_stopping_an_unknown_task_fails(self, ecs: Ecs) -> None:
        code = error_code(ecs.client.stop_task, cluster=ecs.cluster, task="0" * 32)
        assert code == "InvalidParameterException"


class TestDescribeAndList:
    def test_missing_tasks_are_failures(self, ecs: Ecs) -> None:
        arn = ecs.run_command(["true"])
        gone = "0" * 32
        answer = ecs.client.describe_tasks(
            cluster=ecs.cluster, tasks=[arn.rpartition("/")[2], gone]
        )
        assert [task["taskArn"] for task in answer["tasks"]] == [arn]
        assert answer["failures"] == [
            {"arn": arn.rpartition("/")[0] + "/" + gone, "reason": "MISSING"}
        ]

    def test_a_task_of_another_cluster_is_missing(self, ecs: Ecs) -> None:
        other = unique("cluster")
        ecs.client.create_cluster(clusterName=other)
        arn = ecs.run_command(["true"])
        answer = ecs.client.describe_tasks(cluster=other, tasks=[arn])
        assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]

    @pytest.mark.parametrize("count", [0, 101])
    def test_describe_takes_one_to_a_hundred_tasks(self, ecs: Ecs, count: int) -> None:
        code = error_code(ecs.client.describe_tasks, cluster=ecs.cluster, tasks=["0" * 32] * count)
        assert code == "InvalidParameterException"

    def test_lists_are_filtered_and_paged(self, ecs: Ecs) -> None:
        starter = unique("starter")
        definition = ecs.definition(ecs.container(NEVER))
        tasks = ecs.client.run_task(**ecs.arguments(definition, count=3, startedBy=starter))
        arns = {task["taskArn"] for task in tasks["tasks"]}
        stopped = arns.pop()
        ecs.client.stop_task(cluster=ecs.cluster, task=stopped)
        family = definition.rpartition("/")[2].partition(":")[0]

        def listed(**more: Any) -> set[str]:
            pages = ecs.client.get_paginator("list_tasks").paginate(
                cluster=ecs.cluster, PaginationConfig={"PageSize": 1}, **more
            )
            return {arn for page in pages for arn in page["taskArns"]}

        assert listed(startedBy=starter) == listed(family=family) == arns
        assert listed(startedBy=starter, desiredStatus="STOPPED") == {stopped}
        assert listed(startedBy=starter, launchType="EC2") == set()
        for arn in arns:
            ecs.client.stop_task(cluster=ecs.cluster, task=arn)


def test_a_container_finds_its_task_through_the_metadata_endpoint(ecs: Ecs) -> None:
    program = (
        "import json, os, urllib.request as r; u = os.environ['ECS_CONTAINER_METADATA_URI_V4']; "
        "print(json.load(r.urlopen(u + '/task'))['TaskARN'], json.load(r.urlopen(u))['Name'])"
    )
    arn = ecs.run_command([sys.executable, "-c", program])
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == [f"{arn} app"]


def test_tasks_wait_in_pending_while_the_machine_is_full(ecs: Ecs, tmp_path: Path) -> None:
    script = f"until [ -e {tmp_path}/go ]; do sleep 0.05; done"
    definition = ecs.definition(ecs.container(sh(script)))
    running = [ecs.run(definition) for _ in range(MAX_CONTAINERS)]
    for arn in running:
        ecs.reach(arn, "RUNNING")
    waiting, unwanted = ecs.run(definition), ecs.run(definition)
    ecs.reach(waiting, "PENDING")
    ecs.reach(unwanted, "PENDING")
    ecs.client.stop_task(cluster=ecs.cluster, task=unwanted)
    task = ecs.reach(unwanted, "STOPPED")
    assert task["stopCode"] == "UserInitiated"
    assert "exitCode" not in task["containers"][0]
    assert ecs.describe(waiting)["lastStatus"] == "PENDING"
    (tmp_path / "go").touch()
    for arn in [*running, waiting]:
        assert ecs.reach(arn, "STOPPED")["containers"][0]["exitCode"] == 0
