"""What each kind of request needs, and how it is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud, unique

PLACE = "us-east-1:000000000000"
ALLOW_TABLES = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The code and the message of the error that the call must end with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def grant(cloud: Cloud) -> Callable[..., Callable[[str], Any]]:
    """Clients of a new role that is allowed these actions on a resource."""

    def make(*actions: str, on: str | list[str] = "*", **more: Any) -> Callable[[str], Any]:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}
        return cloud.acting_as(cloud.role(statement))

    return make


@pytest.fixture(scope="module")
def bucket(cloud: Cloud) -> str:
    name = unique("iam-bucket")
    cloud.client("s3").create_bucket(Bucket=name)
    cloud.client("s3").put_object(Bucket=name, Key="there", Body=b"body")
    return name


@pytest.fixture(scope="module")
def table(cloud: Cloud) -> str:
    name = unique("table")
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "state", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-state",
                "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def test_a_refusal_is_worded_as_aws_words_it(cloud: Cloud, table: str) -> None:
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


def test_a_deny_is_worded_as_aws_words_it(cloud: Cloud, table: str) -> None:
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


def test_a_change_of_a_policy_counts_at_once(cloud: Cloud, table: str) -> None:
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


def test_attached_policies_count_too(cloud: Cloud, table: str) -> None:
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


def test_a_role_that_is_gone_may_do_nothing(cloud: Cloud) -> None:
    role = cloud.role({"Effect": "Allow", "Action": "*", "Resource": "*"})
    client = cloud.acting_as(role)("s3")
    client.list_buckets()
    iam, name = cloud.client("iam"), role.rpartition("/")[2]
    iam.delete_role_policy(RoleName=name, PolicyName="mine")
    iam.delete_role(RoleName=name)
    refused(client.list_buckets)
    # Who one is may always be asked.
    assert cloud.acting_as(role)("sts").get_caller_identity()["Account"] == "000000000000"


def test_s3_permissions_are_called_otherwise_than_operations(grant: Any, bucket: str) -> None:
    arn = f"arn:aws:s3:::{bucket}"
    reader = grant("s3:GetObject", on=f"{arn}/*")("s3")
    reader.get_object(Bucket=bucket, Key="there")
    reader.head_object(Bucket=bucket, Key="there")
    refused(reader.list_objects_v2, Bucket=bucket)
    refused(reader.put_object, Bucket=bucket, Key="new", Body=b"")
    lister = grant("s3:ListBucket", on=arn)("s3")
    lister.list_objects_v2(Bucket=bucket)
    lister.head_bucket(Bucket=bucket)
    writer = grant("s3:PutObject", on=f"{arn}/*")("s3")
    upload = writer.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    part = {"Bucket": bucket, "Key": "big", "UploadId": upload}
    tag = writer.upload_part(**part, PartNumber=1, Body=b"1")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    writer.complete_multipart_upload(**part, MultipartUpload=parts)
    refused(writer.copy_object, Bucket=bucket, Key="copy", CopySource=f"{bucket}/there")
    refused(writer.delete_object, Bucket=bucket, Key="there")


def test_who_may_not_list_a_bucket_is_not_told_that_a_key_is_missing(
    grant: Any, bucket: str
) -> None:
    objects = f"arn:aws:s3:::{bucket}/*"
    reader = grant("s3:GetObject", on=objects)("s3")
    code, message = refused(reader.get_object, Bucket=bucket, Key="missing")
    assert code == "AccessDenied"
    assert "s3:ListBucket" in message
    assert refused(reader.head_object, Bucket=bucket, Key="missing")[0] == "403"
    lister = grant("s3:GetObject", "s3:ListBucket", on=[objects, f"arn:aws:s3:::{bucket}"])("s3")
    assert refused(lister.get_object, Bucket=bucket, Key="missing")[0] == "NoSuchKey"
    assert refused(reader.get_object, Bucket="no-such-bucket", Key="a")[0] == "NoSuchBucket"


def test_a_policy_may_be_limited_to_partition_keys(grant: Any, table: str) -> None:
    mine = {"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": ["other#*"]}}
    on = f"arn:aws:dynamodb:{PLACE}:table/{table}"
    client = grant("dynamodb:*", on=[on, f"{on}/index/*"], Condition=mine)("dynamodb")
    client.put_item(TableName=table, Item={"id": {"S": "mine#1"}})
    client.get_item(TableName=table, Key={"id": {"S": "mine#1"}})
    others = {"id": {"S": "other#1"}}
    refused(client.put_item, TableName=table, Item=others)
    refused(client.get_item, TableName=table, Key=others)
    refused(client.delete_item, TableName=table, Key=others)
    both = [{"id": {"S": "mine#1"}}, others]
    refused(client.batch_get_item, RequestItems={table: {"Keys": both}})
    writes = [{"PutRequest": {"Item": item}} for item in both]
    refused(client.batch_write_item, RequestItems={table: writes})
    refused(client.transact_get_items, TransactItems=[{"Get": {"TableName": table, "Key": others}}])
    query = {
        "TableName": table,
        "KeyConditionExpression": "#id = :id",
        "ExpressionAttributeNames": {"#id": "id"},
    }
    client.query(**query, ExpressionAttributeValues={":id": {"S": "mine#1"}})
    refused(client.query, **query, ExpressionAttributeValues={":id": {"S": "other#1"}})


def test_an_index_is_a_resource_of_its_own(grant: Any, table: str) -> None:
    arn = f"arn:aws:dynamodb:{PLACE}:table/{table}"
    query = {
        "TableName": table,
        "IndexName": "by-state",
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":s": {"S": "open"}},
    }
    refused(grant("dynamodb:Query", on=arn)("dynamodb").query, **query)
    limited = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["closed"]}}
    on = f"{arn}/index/by-state"
    refused(grant("dynamodb:Query", on=on, Condition=limited)("dynamodb").query, **query)
    grant("dynamodb:Query", on=on)("dynamodb").query(**query)
    scan = {"TableName": table, "IndexName": "by-state"}
    refused(grant("dynamodb:Scan", on=arn)("dynamodb").scan, **scan)
    grant("dynamodb:Scan", on=on)("dynamodb").scan(**scan)


def test_a_transaction_needs_the_permission_of_each_write(grant: Any, table: str) -> None:
    put = {"Put": {"TableName": table, "Item": {"id": {"S": "1"}}}}
    update = {
        "Update": {
            "TableName": table,
            "Key": {"id": {"S": "2"}},
            "UpdateExpression": "SET #s = :s",
            "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":s": {"S": "open"}},
        }
    }
    client = grant("dynamodb:PutItem")("dynamodb")
    client.transact_write_items(TransactItems=[put])
    _, message = refused(client.transact_write_items, TransactItems=[put, update])
    assert "dynamodb:UpdateItem" in message


def test_queues_are_found_by_their_url(cloud: Cloud, grant: Any) -> None:
    url, arn = cloud.queue()
    client = grant("sqs:SendMessage", on=arn)("sqs")
    client.send_message(QueueUrl=url, MessageBody="1")
    client.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "2"}])
    code, message = refused(client.receive_message, QueueUrl=url)
    assert code == "AccessDenied"
    # SQS has its actions in small letters there.
    assert f"sqs:receivemessage on resource: {arn}" in message
    other, _ = cloud.queue()
    refused(client.send_message, QueueUrl=other, MessageBody="1")


def test_a_token_stands_for_its_activity(cloud: Cloud, grant: Any) -> None:
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
    # A closed task is the activity's still; a token that never was one is nobody's.
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
