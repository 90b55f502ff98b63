"""Batch jobs run, are described and emit events as on AWS."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud, error_code, unique

from compute.conftest import make_batch
from compute.resources import Batch, Events, sh, size

EXITED = "Essential container in task exited"
# Exits with 3 on the first attempt and with 0 on the second.
FAILS_ONCE = sh("echo attempt $AWS_BATCH_JOB_ATTEMPT; test $AWS_BATCH_JOB_ATTEMPT = 2 || exit 3")


def test_a_job_runs_and_reports_its_end(batch: Batch, batch_events: Events) -> None:
    job = batch.run(sh("echo working"))
    details = batch_events.take("jobId", job, last="SUCCEEDED", count=5)
    assert sorted(item["status"] for item in details) == sorted(
        ["PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    )
    last = next(item for item in details if item["status"] == "SUCCEEDED")
    described = batch.describe(job)
    assert described["container"] | last["container"] == described["container"]
    objects = {"container", "retryStrategy"}
    assert {name: described[name] for name in set(last) - objects} == {
        name: last[name] for name in set(last) - objects
    }
    assert (last["statusReason"], last["container"]["exitCode"]) == (EXITED, 0)
    assert last["createdAt"] <= last["startedAt"] <= last["stoppedAt"]
    assert len(last["attempts"]) == 1
    assert batch.output(last["container"]) == ["working"]


def test_a_container_knows_its_job(batch: Batch) -> None:
    variables = "$AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ATTEMPT $AWS_BATCH_JQ_NAME $AWS_ENDPOINT_URL"
    job = batch.run(sh(f"echo {variables}"))
    container = batch.ended(job)["container"]
    queue = batch.queue.rpartition("/")[2]
    assert batch.output(container) == [f"{job} 1 {queue} {batch.cloud.url}"]


def test_overrides_and_parameters(batch: Batch) -> None:
    definition = batch.definition(
        ["echo", "Ref::first", "Ref::second", "Ref::third"],
        parameters={"first": "1", "second": "2"},
        container={
            "environment": [{"name": "KEPT", "value": "1"}, {"name": "CHANGED", "value": "1"}]
        },
    )
    job = batch.ended(batch.submit(definition, parameters={"second": "two"}))
    assert job["container"]["command"] == ["echo", "1", "two", "Ref::third"]
    assert batch.output(job["container"]) == ["1 two Ref::third"]
    overrides = {
        "command": sh("echo $KEPT $CHANGED"),
        "environment": [{"name": "CHANGED", "value": "2"}],
        "resourceRequirements": [{"type": "MEMORY", "value": "1024"}],
    }
    job = batch.ended(batch.submit(definition, containerOverrides=overrides))
    assert batch.output(job["container"]) == ["1 2"]
    assert job["container"]["resourceRequirements"] == [
        {"type": "VCPU", "value": "0.25"},
        {"type": "MEMORY", "value": "1024"},
    ]


def test_a_job_definition_is_found_by_name_and_revision(batch: Batch) -> None:
    name = unique("definition")
    for code in (0, 4):
        batch.client.register_job_definition(
            jobDefinitionName=name,
            type="container",
            containerProperties={
                "image": "busybox",
                "command": sh(f"exit {code}"),
                "vcpus": 1,
                "memory": 64,
            },
        )
    codes = {
        given: batch.ended(batch.submit(given))["container"]["exitCode"]
        for given in (name, f"{name}:1")
    }
    assert codes == {name: 4, f"{name}:1": 0}


def test_output_goes_to_the_definitions_log_group(batch: Batch) -> None:
    group = unique("/jobs")
    log = {
        "logDriver": "awslogs",
        "options": {"awslogs-group": group, "awslogs-stream-prefix": "p"},
    }
    definition = batch.definition(["echo", "here"], container={"logConfiguration": log})
    job = batch.ended(batch.submit(definition))
    assert job["status"] == "FAILED"
    assert job["container"]["reason"].startswith("ResourceInitializationError: ")
    batch.cloud.client("logs").create_log_group(logGroupName=group)
    job = batch.ended(batch.submit(definition))
    assert batch.output(job["container"], group) == ["here"]
    assert job["container"]["logStreamName"].startswith("p/default/")


class TestLists:
    def test_a_job_is_found_by_its_name_in_any_status(self, batch: Batch) -> None:
        name = unique("named")
        jobs = [batch.run(["true"], jobName=name) for _ in range(2)]
        other = batch.run(["true"], jobName=f"{name}-other")
        for job in (*jobs, other):
            batch.ended(job)

        def found(value: str, **more: Any) -> set[str]:
            pages = batch.client.get_paginator("list_jobs").paginate(
                jobQueue=batch.queue,
                filters=[{"name": "JOB_NAME", "values": [value]}],
                PaginationConfig={"PageSize": 1},
                **more,
            )
            return {item["jobId"] for page in pages for item in page["jobSummaryList"]}

        assert found(name) == set(jobs)
        assert found(f"{name}*") == {*jobs, other}
        # As on AWS, a filter overrides the status.
        assert found(name, jobStatus="RUNNING") == set(jobs)

    def test_without_a_filter_one_status_is_listed(self, batch: Batch, tmp_path: Path) -> None:
        done = batch.run(["true"])
        batch.ended(done)
        running = batch.run(sh(f"until [ -e {tmp_path}/go ]; do sleep 0.02; done"))
        batch.reach(running, "RUNNING")
        listed = batch.client.list_jobs(jobQueue=batch.queue)["jobSummaryList"]
        assert [item["jobId"] for item in listed] == [running]
        listed = batch.client.list_jobs(jobQueue=batch.queue, jobStatus="SUCCEEDED")
        (summary,) = (item for item in listed["jobSummaryList"] if item["jobId"] == done)
        assert (summary["status"], summary["container"]) == ("SUCCEEDED", {"exitCode": 0})
        (tmp_path / "go").touch()
        batch.ended(running)

    def test_unknown_jobs_are_left_out_of_descriptions(self, batch: Batch) -> None:
        jobs = [batch.run(["true"]) for _ in range(2)]
        described = batch.client.describe_jobs(jobs=[*jobs, "gone"])["jobs"]
        assert [item["jobId"] for item in described] == jobs
        by_arn = batch.client.describe_jobs(jobs=[described[0]["jobArn"]])["jobs"]
        assert [item["jobId"] for item in by_arn] == jobs[:1]
        assert error_code(batch.client.describe_jobs, jobs=["gone"] * 101) == "ClientException"


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"jobQueue": "nowhere"}, "Job queue nowhere does not exist."),
            ({"jobDefinition": "none"}, "Job definition none does not exist or is not active."),
            ({"jobName": "-a"}, "Job name should match valid pattern"),
            ({"jobName": "n" * 129}, "Job name should match valid pattern"),
            (
                {"arrayProperties": {"size": 2}},
                "The local cloud does not support jobs with arrayProperties.",
            ),
            (
                {"dependsOn": [{"jobId": "x"}]},
                "The local cloud does not support jobs with dependsOn.",
            ),
            ({"retryStrategy": {"attempts": 11}}, "attempts must be between 1 and 10."),
            ({"parameters": {"a": "x" * 31_000}}, "The SubmitJob request must be at most 30 KiB."),
        ],
    )
    def test_submit_job(self, batch: Batch, change: dict[str, Any], message: str) -> None:
        arguments = {
            "jobName": unique("job"),
            "jobQueue": batch.queue,
            "jobDefinition": batch.definition(["true"]),
        }
        with pytest.raises(ClientError) as raised:
            batch.client.submit_job(**{**arguments, **change})
        assert raised.value.response["Error"]["Code"] == "ClientException"
        assert raised.value.response["Error"]["Message"].startswith(message)

    def test_a_disabled_queue_and_a_deregistered_definition(self, cloud: Cloud) -> None:
        batch = make_batch(cloud, kind="FARGATE", max_vcpus=1)
        definition = batch.definition(["true"])
        arguments = {"jobName": "a", "jobQueue": batch.queue, "jobDefinition": definition}
        batch.client.deregister_job_definition(jobDefinition=definition)
        assert error_code(batch.client.submit_job, **arguments) == "ClientException"
        arguments["jobDefinition"] = batch.definition(["true"])
        batch.client.update_job_queue(jobQueue=batch.queue, state="DISABLED")
        assert error_code(batch.client.submit_job, **arguments) == "ClientException"


def test_jobs_wait_for_the_vcpus_of_their_environment(cloud: Cloud, tmp_path: Path) -> None:
    narrow = make_batch(cloud, kind="FARGATE_SPOT", max_vcpus=1)
    definition = narrow.definition(sh(f"until [ -e {tmp_path}/go ]; do sleep 0.02; done"))
    half = {"resourceRequirements": size("0.5", "1024")}
    first, second, third = (narrow.submit(definition, containerOverrides=half) for _ in range(3))
    narrow.reach(first, "RUNNING")
    narrow.reach(second, "RUNNING")
    assert narrow.describe(third)["status"] == "RUNNABLE"
    narrow.client.update_compute_environment(
        computeEnvironment=narrow.environment, computeResources={"maxvCpus": 2}
    )
    (tmp_path / "go").touch()
    assert narrow.ended(third)["status"] == "SUCCEEDED"
