"""The permissions that requests need, and how they are refused."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud, unique

from iam.refusals import PLACE, refused

ALLOW_TABLES = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}


def test_a_refusal_has_awss_wording(cloud: Cloud, table: str) -> None:
    role = cloud.role()
    client = cloud.acting_as(role)("dynamodb")
    code, message = refused(client.get_item, TableName=table, Key={"id": {"S": "1"}})
    assert code == "AccessDeniedException"
    name = role.rpartition("/")[2]
    assert message == (
        f"User: arn:aws:sts::000000000000:assumed-role/{name}/me is not authorized to perform: "
        f"dynamodb:GetItem on resource: arn:aws:dynamodb:{PLACE}:table/{table} because no "
        "identity-based policy allows the dynamodb:GetItem action"
    )


def test_a_deny_has_awss_wording(cloud: Cloud, table: str) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    no_reading = {"Effect": "Deny", "Action": "dynamodb:Get*", "Resource": "*"}
    client = cloud.acting_as(cloud.role(everything, no_reading))("dynamodb")
    client.put_item(TableName=table, Item={"id": {"S": "1"}})
    _, message = refused(client.get_item, TableName=table, Key={"id": {"S": "1"}})
    assert message.endswith("with an explicit deny in an identity-based policy")


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "status", "code"),
    [
        ("sqs", "receive_message", {"QueueUrl": "http://x/000000000000/q"}, 403, "AccessDenied"),
        ("lambda", "invoke", {"FunctionName": "f"}, 403, "AccessDeniedException"),
        ("batch", "describe_jobs", {"jobs": ["a"]}, 403, "AccessDeniedException"),
        ("ecs", "describe_tasks", {"tasks": ["a"]}, 400, "AccessDeniedException"),
        ("logs", "describe_log_groups", {}, 400, "AccessDeniedException"),
        ("stepfunctions", "list_activities", {}, 400, "AccessDeniedException"),
        ("s3", "list_buckets", {}, 403, "AccessDenied"),
        ("iam", "list_roles", {}, 403, "AccessDenied"),
        ("ec2", "describe_vpcs", {}, 403, "UnauthorizedOperation"),
    ],
)
def test_each_service_has_its_own_code(
    cloud: Cloud, service: str, operation: str, arguments: Any, status: int, code: str
) -> None:
    client = cloud.acting_as(cloud.role())(service)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**arguments)
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["Error"]["Code"] == code
    assert "is not authorized to perform" in response["Error"]["Message"]


def test_a_policy_change_takes_effect_at_once(cloud: Cloud, table: str) -> None:
    role = cloud.role()
    client = cloud.acting_as(role)("dynamodb")
    arn = f"arn:aws:dynamodb:{PLACE}:table/{table}"
    reading = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn}
    arguments = {"TableName": table, "Key": {"id": {"S": "1"}}}
    refused(client.get_item, **arguments)
    cloud.allow(role, reading)
    client.get_item(**arguments)
    cloud.allow(role, {**reading, "Effect": "Deny"})
    refused(client.get_item, **arguments)
    cloud.client("iam").delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="mine")
    refused(client.get_item, **arguments)


def test_attached_policies_count(cloud: Cloud, table: str) -> None:
    iam, role = cloud.client("iam"), cloud.role()
    name = role.rpartition("/")[2]
    document = {"Version": "2012-10-17", "Statement": [ALLOW_TABLES]}
    mine = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=json.dumps(document))
    iam.attach_role_policy(RoleName=name, PolicyArn=mine["Policy"]["Arn"])
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    clients = cloud.acting_as(role)
    clients("dynamodb").get_item(TableName=table, Key={"id": {"S": "1"}})
    clients("s3").list_buckets()
    refused(clients("sqs").list_queues)


def test_a_deleted_role_may_do_nothing(cloud: Cloud) -> None:
    role = cloud.role({"Effect": "Allow", "Action": "*", "Resource": "*"})
    client = cloud.acting_as(role)("s3")
    client.list_buckets()
    iam, name = cloud.client("iam"), role.rpartition("/")[2]
    iam.delete_role_policy(RoleName=name, PolicyName="mine")
    iam.delete_role(RoleName=name)
    refused(client.list_buckets)
    # GetCallerIdentity is always allowed.
    assert cloud.acting_as(role)("sts").get_caller_identity()["Account"] == "000000000000"


def test_queues_are_identified_by_their_url(cloud: Cloud, grant: Any) -> None:
    url, arn = cloud.queue()
    client = grant("sqs:SendMessage", on=arn)("sqs")
    client.send_message(QueueUrl=url, MessageBody="1")
    client.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "2"}])
    code, message = refused(client.receive_message, QueueUrl=url)
    assert code == "AccessDenied"
    # SQS writes its actions in lower case there.
    assert f"sqs:receivemessage on resource: {arn}" in message
    other, _ = cloud.queue()
    refused(client.send_message, QueueUrl=other, MessageBody="1")


def test_a_token_identifies_its_activity(cloud: Cloud, grant: Any) -> None:
    activity, other = cloud.activity(), cloud.activity()
    state = {"Type": "Task", "Resource": activity}
    execution = cloud.start(state)
    taker = grant("states:GetActivityTask", on=activity)("stepfunctions")
    refused(taker.get_activity_task, activityArn=other)
    token = taker.get_activity_task(activityArn=activity)["taskToken"]
    refused(taker.send_task_success, taskToken=token, output="{}")
    wrong = grant("states:SendTask*", on=other)("stepfunctions")
    code, message = refused(wrong.send_task_heartbeat, taskToken=token)
    assert code == "AccessDeniedException"
    assert f"on resource: {activity}" in message
    reporter = grant("states:SendTaskSuccess", on=activity)("stepfunctions")
    reporter.send_task_success(taskToken=token, output="{}")
    assert cloud.ended(execution)["status"] == "SUCCEEDED"
    # A closed task still belongs to the activity; an unknown token belongs to nothing.
    assert refused(reporter.send_task_success, taskToken=token, output="{}")[0] == "TaskTimedOut"
    assert refused(wrong.send_task_success, taskToken="x", output="{}")[0] == "InvalidToken"


def test_log_streams_are_resources_of_their_group(cloud: Cloud, grant: Any) -> None:
    group, other = unique("/group"), unique("/group")
    for name in (group, other):
        cloud.client("logs").create_log_group(logGroupName=name)
    writer = grant(
        "logs:CreateLogStream", "logs:PutLogEvents", on=f"arn:aws:logs:{PLACE}:log-group:{group}:*"
    )("logs")
    writer.create_log_stream(logGroupName=group, logStreamName="a/b")
    events = [{"timestamp": 0, "message": "line"}]
    writer.put_log_events(logGroupName=group, logStreamName="a/b", logEvents=events)
    refused(writer.create_log_stream, logGroupName=other, logStreamName="a")
    on = f"arn:aws:logs:{PLACE}:log-group:{group}:log-stream:a/*"
    reader = grant("logs:GetLogEvents", on=on)("logs")
    reader.get_log_events(logGroupName=group, logStreamName="a/b")
    refused(reader.get_log_events, logGroupName=group, logStreamName="b")
    refused(reader.filter_log_events, logGroupName=group)


def test_a_function_is_a_resource_with_and_without_its_version(cloud: Cloud, grant: Any) -> None:
    name = cloud.function("def handle(event, context): return 1")
    arn = f"arn:aws:lambda:{PLACE}:function:{name}"
    client = grant("lambda:InvokeFunction", on=arn)("lambda")
    client.invoke(FunctionName=name)
    client.invoke(FunctionName=arn)
    refused(client.invoke, FunctionName=name, Qualifier="$LATEST")
    grant("lambda:InvokeFunction", on=f"{arn}:*")("lambda").invoke(
        FunctionName=name, Qualifier="$LATEST"
    )


def test_a_family_without_a_revision_is_no_resource(cloud: Cloud, grant: Any) -> None:
    """Since 2024: https://github.com/aws/aws-cdk/issues/30390."""
    family = unique("family")
    cloud.client("ecs").register_task_definition(
        family=family, containerDefinitions=[{"name": "main", "image": "a", "memory": 64}]
    )
    arn = f"arn:aws:ecs:{PLACE}:task-definition/{family}"
    # The cluster is missing: that is told only to those who may run the definition.
    request = {"taskDefinition": family, "cluster": "missing"}
    assert refused(grant("ecs:RunTask", on=f"{arn}:*")("ecs").run_task, **request)[0] != (
        "AccessDeniedException"
    )
    code, message = refused(grant("ecs:RunTask", on=arn)("ecs").run_task, **request)
    assert code == "AccessDeniedException"
    assert f"{arn}:1" in message
