"""Containers act as their role, ECS as the execution role; starting them needs permissions."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import EVERYTHING, Cloud, unique

from compute.resources import NEVER, REGION, Batch, Ecs

PLACE = f"{REGION}:000000000000"
WHO = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
ANYBODY = "import os; print(sorted(name for name in os.environ if name.startswith('AWS_')))"
TASKS = "ecs-tasks.amazonaws.com"


def python(code: str) -> list[str]:
    """Return a command that runs the code."""
    return [os.environ["LOCALCLOUD_LAMBDA_PYTHON"], "-c", code]


def allow(actions: Any, resources: Any = "*", **condition: Any) -> dict[str, Any]:
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """Expect the call to be refused; return the message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(caught.value.response["Error"]["Message"])


def session(role: str, name: str) -> str:
    return f"arn:aws:sts::000000000000:assumed-role/{role.rpartition('/')[2]}/{name}"


def test_a_task_acts_as_its_role(cloud: Cloud, ecs: Ecs) -> None:
    role = cloud.role()
    arn = ecs.run(ecs.definition(ecs.container(python(WHO)), taskRoleArn=role))
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == [session(role, arn.rpartition("/")[2])]
    other = cloud.role()
    definition = ecs.definition(ecs.container(python(WHO)), taskRoleArn=role)
    arn = ecs.run(definition, overrides={"taskRoleArn": other})
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == [session(other, arn.rpartition("/")[2])]


def test_a_task_without_a_role_has_no_credentials(ecs: Ecs) -> None:
    arn = ecs.run_command(python(ANYBODY))
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == [
        "['AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_EXECUTION_ENV', 'AWS_REGION']"
    ]


def test_a_role_must_trust_ecs(cloud: Cloud, ecs: Ecs, batch: Batch) -> None:
    role = cloud.role(EVERYTHING, services=["lambda"])
    for kind in ("taskRoleArn", "executionRoleArn"):
        arn = ecs.run(ecs.definition(ecs.container(["true"]), **{kind: role}))
        task = ecs.reach(arn, "STOPPED")
        assert task["stopCode"] == "TaskFailedToStart"
        assert f"ECS was unable to assume the role '{role}'" in task["stoppedReason"]
    ended = batch.ended(batch.submit(batch.definition(["true"], container={"jobRoleArn": role})))
    assert f"unable to assume the role '{role}'" in ended["container"]["reason"]


def test_a_job_acts_as_its_role(cloud: Cloud, batch: Batch) -> None:
    role = cloud.role()
    definition = batch.definition(python(WHO), container={"jobRoleArn": role})
    job = batch.submit(definition)
    ended = batch.ended(job)
    assert batch.output(ended["container"]) == [session(role, job)]
    ended = batch.ended(batch.run(python(ANYBODY)))
    assert "AWS_ACCESS_KEY_ID" not in batch.output(ended["container"])[0]


def test_container_logs_use_the_execution_role(cloud: Cloud, ecs: Ecs, batch: Batch) -> None:
    streams = f"arn:aws:logs:{PLACE}:log-group:{ecs.group}:*"
    may = cloud.role(allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams))
    arn = ecs.run(ecs.definition(ecs.container(["echo", "a"]), executionRoleArn=may))
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == ["a"]
    arn = ecs.run(ecs.definition(ecs.container(["echo", "a"]), executionRoleArn=cloud.role()))
    task = ecs.reach(arn, "STOPPED")
    assert task["stopCode"] == "TaskFailedToStart"
    assert "is not authorized to perform: logs:CreateLogStream" in task["stoppedReason"]
    definition = batch.definition(["true"], container={"executionRoleArn": cloud.role()})
    ended = batch.ended(batch.submit(definition))
    assert ended["status"] == "FAILED"
    assert "logs:CreateLogStream" in ended["container"]["reason"]


def test_run_task_needs_more_than_its_own_permission(cloud: Cloud, ecs: Ecs) -> None:
    own, execution = cloud.role(EVERYTHING), cloud.role(EVERYTHING)
    tags = [{"key": "a", "value": "b"}]
    roles = {"taskRoleArn": own, "executionRoleArn": execution}
    definition = ecs.definition(ecs.container(["true"]), **roles, tags=tags)
    family = definition.rpartition(":")[0]
    cluster = f"arn:aws:ecs:{PLACE}:cluster/{ecs.cluster}"
    tasks = f"arn:aws:ecs:{PLACE}:task/{ecs.cluster}/*"
    run = allow("ecs:RunTask", f"{family}:*", ArnEquals={"ecs:cluster": cluster})
    give = allow("iam:PassRole", [own], StringEquals={"iam:PassedToService": TASKS})
    give_both = {**give, "Resource": [own, execution]}
    tag = allow("ecs:TagResource", tasks, StringEquals={"ecs:CreateAction": "RunTask"})
    caller = cloud.role()
    client = cloud.acting_as(caller)("ecs")
    arguments = ecs.arguments(definition, propagateTags="TASK_DEFINITION")
    assert f"ecs:RunTask on resource: {definition}" in refused(client.run_task, **arguments)
    cloud.allow(caller, run)
    assert f"iam:PassRole on resource: {own}" in refused(client.run_task, **arguments)
    cloud.allow(caller, run, give)
    assert f"iam:PassRole on resource: {execution}" in refused(client.run_task, **arguments)
    cloud.allow(caller, run, give_both)
    assert f"ecs:TagResource on resource: {tasks}" in refused(client.run_task, **arguments)
    cloud.allow(caller, run, give_both, tag)
    assert client.run_task(**arguments)["failures"] == []
    assert "RunTask" in refused(client.run_task, **{**arguments, "cluster": unique("cluster")})
    # A family alone stands for its latest revision.
    arguments["taskDefinition"] = family.rpartition("/")[2]
    assert client.run_task(**arguments)["failures"] == []
    cloud.allow(caller, {**run, "Resource": family}, give_both, tag)
    assert f"ecs:RunTask on resource: {definition}" in refused(client.run_task, **arguments)


def test_tasks_are_resources_of_their_cluster(cloud: Cloud, ecs: Ecs) -> None:
    arn = ecs.run_command(["true"])
    name = arn.rpartition("/")[2]
    cluster = f"arn:aws:ecs:{PLACE}:cluster/{ecs.cluster}"
    there = {"ArnEquals": {"ecs:cluster": cluster}}
    tasks = f"arn:aws:ecs:{PLACE}:task/{ecs.cluster}/*"
    client = cloud.acting_as(cloud.role(allow("ecs:DescribeTasks", tasks, **there)))("ecs")
    client.describe_tasks(cluster=ecs.cluster, tasks=[name, arn])
    refused(client.describe_tasks, tasks=[name])
    refused(client.stop_task, cluster=ecs.cluster, task=name)


def test_submit_job_needs_queue_definition_and_tags(cloud: Cloud, batch: Batch) -> None:
    definition = batch.definition(["true"])
    family, caller = definition.rpartition(":")[0], cloud.role()
    client = cloud.acting_as(caller)("batch")
    job = {"jobName": "job", "jobQueue": batch.queue, "jobDefinition": definition}
    cloud.allow(caller, allow("batch:SubmitJob", definition))
    assert f"on resource: {batch.queue}" in refused(client.submit_job, **job)
    cloud.allow(caller, allow("batch:SubmitJob", [definition, batch.queue]))
    made = client.submit_job(**job)["jobId"]
    assert "batch:TagResource" in refused(client.submit_job, **job, tags={"a": "b"})
    job["jobDefinition"] = family
    assert f"on resource: {family} " in refused(client.submit_job, **job)
    cloud.allow(caller, allow("batch:SubmitJob", [f"{family}*", batch.queue]))
    client.submit_job(**job)
    refused(client.describe_jobs, jobs=[made])
    cloud.allow(caller, allow("batch:TerminateJob", f"arn:aws:batch:{PLACE}:job/{made}"))
    client.terminate_job(jobId=made, reason="enough")
    refused(client.terminate_job, jobId="another", reason="enough")


def test_a_job_is_ended_by_the_tag_that_it_was_started_with(cloud: Cloud, batch: Batch) -> None:
    definition, queue = batch.definition(NEVER), batch.queue
    jobs = f"arn:aws:batch:{PLACE}:job/*"
    mine = {"StringEquals": {"aws:RequestTag/activity-dispatch": "studio"}}
    may_end = {"StringEqualsIfExists": {"aws:ResourceTag/activity-dispatch": "studio"}}
    start = allow("batch:SubmitJob", [definition, queue], **mine)
    end = allow("batch:TerminateJob", jobs, **may_end)
    caller = cloud.role(start, end)
    client = cloud.acting_as(caller)("batch")
    job = {"jobName": "job", "jobQueue": queue, "jobDefinition": definition}
    tags = {"activity-dispatch": "studio"}
    assert f"batch:TagResource on resource: {jobs}" in refused(client.submit_job, **job, tags=tags)
    cloud.allow(caller, start, end, allow("batch:TagResource", jobs))
    refused(client.submit_job, **job)
    refused(client.submit_job, **job, tags={"activity-dispatch": "theirs"})
    started = client.submit_job(**job, tags=tags)["jobId"]
    # A definition's tags do not reach its jobs.
    untagged = batch.submit(definition)
    theirs = batch.submit(definition, tags={"activity-dispatch": "theirs", "other": "a"})
    refused(client.terminate_job, jobId=theirs, reason="enough")
    for name in (started, untagged):
        client.terminate_job(jobId=name, reason="enough")
        assert batch.ended(name)["statusReason"] == "enough"
    # One that never was ends as it does on AWS: with nothing.
    client.terminate_job(jobId="nothing", reason="enough")
    batch.client.terminate_job(jobId=theirs, reason="enough")
