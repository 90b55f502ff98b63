"""What team blue's role tries with what is not its own: each a call that has to be refused."""

from collections.abc import Callable
from typing import Any

from tests.states.teams.states import arn_of

type Clients = Callable[[str], Any]

TABLE = "plane-tasks"
DESCRIPTION = f"activity#{arn_of('red-sketch')}"
RED_ROLE = "arn:aws:iam::000000000000:role/plane/jobs/plane-red-sketch-task"
QUEUE = "http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/plane-dispatch"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
BOUNDARY = "arn:aws:iam::000000000000:policy/plane-job-boundary"
JOB = [{"name": "job", "image": "red-other:1", "command": ["true"]}]
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


def _key(text: str) -> dict[str, Any]:
    return {"TableName": TABLE, "Key": {"task_id": {"S": text}}}


def _item(text: str) -> dict[str, Any]:
    return {"task_id": {"S": text}, "poll_id": {"S": "activity"}, "activity": {"S": "{}"}}


def _put(text: str) -> Callable[[Clients], Any]:
    return lambda blue: blue("dynamodb").put_item(TableName=TABLE, Item=_item(text))


def _batch(*keys: str) -> dict[str, Any]:
    return {"RequestItems": {TABLE: [{"PutRequest": {"Item": _item(key)}} for key in keys]}}


def _definition(family: str, role: str) -> Callable[[Clients], Any]:
    return lambda blue: blue("ecs").register_task_definition(
        family=family,
        taskRoleArn=role,
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=JOB,
    )


def _job_definition(name: str, role: str) -> Callable[[Clients], Any]:
    container = {"image": "red-other:1", "vcpus": 1, "memory": 512, "jobRoleArn": role}
    return lambda blue: blue("batch").register_job_definition(
        jobDefinitionName=name, type="container", containerProperties=container
    )


def _role(name: str, path: str, **more: str) -> Callable[[Clients], Any]:
    return lambda blue: blue("iam").create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST, **more
    )


def _change(update: dict[str, Any]) -> Callable[[Clients], Any]:
    return lambda blue: blue("dynamodb").update_item(**_key(DESCRIPTION), **update)


def _transaction(blue: Clients) -> Any:
    own = {"Put": {"TableName": TABLE, "Item": _item(f"activity#{arn_of('blue-x')}")}}
    theirs = {"Put": {"TableName": TABLE, "Item": _item(DESCRIPTION)}}
    return blue("dynamodb").transact_write_items(TransactItems=[own, theirs])


REFUSED: dict[str, Callable[[Clients], Any]] = {
    # Team red's descriptions and claims.
    "overwrite a description": _put(DESCRIPTION),
    "change a description": _change(
        {"UpdateExpression": "SET activity = :a", "ExpressionAttributeValues": {":a": {"S": "{}"}}}
    ),
    "delete a description": lambda blue: blue("dynamodb").delete_item(**_key(DESCRIPTION)),
    "read a description": lambda blue: blue("dynamodb").get_item(**_key(DESCRIPTION)),
    "release a claim": lambda blue: blue("dynamodb").delete_item(**_key("activity#claim:plane-red-sketch")),
    "claim a name of red's": _put("activity#claim:plane-red-new"),
    "describe a callback target of red's": _put("activity#callback:red-new"),
    "write among others": lambda blue: blue("dynamodb").batch_write_item(
        **_batch(f"activity#{arn_of('blue-x')}", DESCRIPTION)
    ),
    "write in a transaction": _transaction,
    "forge a kept description": _put("description#" + "0" * 20),
    # Tasks.
    "read a task": lambda blue: blue("dynamodb").get_item(**_key("0" * 32)),
    "list tasks": lambda blue: blue("dynamodb").scan(TableName=TABLE),
    "list open tasks": lambda blue: blue("dynamodb").scan(TableName=TABLE, IndexName="open"),
    "forge a task": _put("0" * 32),
    "take red's task": lambda blue: blue("stepfunctions").get_activity_task(activityArn=arn_of("red-sketch")),
    "take its own task": lambda blue: blue("stepfunctions").get_activity_task(
        activityArn=arn_of("blue-fold")
    ),
    "read requests": lambda blue: blue("sqs").receive_message(QueueUrl=QUEUE),
    "read payloads": lambda blue: blue("s3").get_object(
        Bucket="plane-data-000000000000-eu-west-1", Key="tasks/0"
    ),
    # Red's definitions and roles.
    "run red's definition": lambda blue: blue("ecs").run_task(
        cluster="plane", taskDefinition="plane-red-sketch", launchType="FARGATE", networkConfiguration=NETWORK
    ),
    "submit red's job": lambda blue: blue("batch").submit_job(
        jobName="x", jobQueue="plane", jobDefinition="plane-red-print"
    ),
    "revise red's definition": _definition("plane-red-sketch", RED_ROLE),
    "give red's role to a definition": _definition("plane-blue-x", RED_ROLE),
    "revise red's job": _job_definition("plane-red-print", RED_ROLE),
    "give red's role to a job": _job_definition("plane-blue-x", RED_ROLE),
    "assume red's role": lambda blue: blue("sts").assume_role(RoleArn=RED_ROLE, RoleSessionName="blue"),
    "change red's role": lambda blue: blue("iam").put_role_policy(
        RoleName="plane-red-sketch-task", PolicyName="worker", PolicyDocument="{}"
    ),
    "read red's log": lambda blue: blue("logs").filter_log_events(logGroupName="/ecs/plane-red-sketch"),
    "remove red's activity": lambda blue: blue("stepfunctions").delete_activity(
        activityArn=arn_of("red-sketch")
    ),
    # The control plane, and rights of its own.
    "change the dispatcher": lambda blue: blue("lambda").update_function_configuration(
        FunctionName="plane-dispatcher", Timeout=3
    ),
    "change the dispatcher's role": lambda blue: blue("iam").put_role_policy(
        RoleName="plane-dispatcher", PolicyName="jobs", PolicyDocument="{}"
    ),
    "give itself the dispatcher's role": lambda blue: blue("lambda").create_function(
        FunctionName="plane-blue-x",
        Runtime="python3.13",
        Handler="x.y",
        Role="arn:aws:iam::000000000000:role/plane/plane-dispatcher",
        Code={"S3Bucket": "plane-code", "S3Key": "blue/fold.zip"},
    ),
    "change the handle": lambda blue: blue("ssm").put_parameter(
        Name="/activity-dispatch/plane", Value="{}", Type="String", Overwrite=True
    ),
    "make a role without the boundary": _role("plane-blue-x", "/plane/jobs/"),
    "make a role of the control plane": _role("plane-blue-x", "/plane/", PermissionsBoundary=BOUNDARY),
    "give itself rights": lambda blue: blue("iam").put_role_policy(
        RoleName="plane-team-blue", PolicyName="more", PolicyDocument="{}"
    ),
}
