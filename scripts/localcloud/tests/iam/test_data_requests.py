"""The permissions that requests to S3 and DynamoDB need."""

from typing import Any

import pytest
from cloud import Cloud, unique

from iam.refusals import PLACE, refused


@pytest.fixture(scope="module")
def bucket(cloud: Cloud) -> str:
    name = unique("iam-bucket")
    cloud.client("s3").create_bucket(Bucket=name)
    cloud.client("s3").put_object(Bucket=name, Key="there", Body=b"body")
    return name


def test_s3_permissions_have_other_names_than_operations(grant: Any, bucket: str) -> None:
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


def test_only_callers_that_may_list_a_bucket_learn_that_a_key_is_missing(
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


@pytest.fixture
def limited(grant: Any) -> Any:
    """A client that may name three attributes."""
    mine = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "state", "done"]},
        "Null": {"dynamodb:Attributes": "false"},
    }
    actions = ("dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:GetItem")
    return grant(*actions, Condition=mine)("dynamodb")


def test_a_policy_may_be_limited_to_attributes(limited: Any, table: str) -> None:
    item = {"TableName": table, "Key": {"id": {"S": "limited"}}}
    limited.update_item(
        **item,
        UpdateExpression="SET #s = :v, done = if_not_exists(done, :v)",
        ConditionExpression="attribute_not_exists(id) AND NOT (#s = :v OR done IN (:v))",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":v": {"S": "v"}},
    )
    limited.update_item(**item, UpdateExpression="REMOVE done", ReturnValues="ALL_NEW")
    limited.get_item(**item, ProjectionExpression="done")
    limited.put_item(TableName=table, Item={"id": {"S": "limited"}, "state": {"S": "v"}})


def test_other_attributes_are_refused_wherever_they_are_named(limited: Any, table: str) -> None:
    item = {"TableName": table, "Key": {"id": {"S": "limited"}}}
    value = {":v": {"S": "v"}}
    refused(limited.put_item, TableName=table, Item={"id": {"S": "limited"}, "other": {"S": "v"}})
    refused(limited.get_item, **item, ProjectionExpression="done, other")
    for update in ("SET other = :v", "SET done=:v,other=:v", "SET other.done = :v"):
        given = {"UpdateExpression": update, "ExpressionAttributeValues": value}
        refused(limited.update_item, **item, **given)
    for update in ("REMOVE other", "remove done, other", "REMOVE other[0]", "SET done = other"):
        refused(limited.update_item, **item, UpdateExpression=update)
    aliased = {"UpdateExpression": "SET #done = :v", "ExpressionAttributeNames": {"#done": "other"}}
    refused(limited.update_item, **item, **aliased, ExpressionAttributeValues=value)
    legacy = {"other": {"Action": "PUT", "Value": {"S": "v"}}}
    refused(limited.update_item, **item, AttributeUpdates=legacy)
    condition = {
        "UpdateExpression": "REMOVE done",
        "ConditionExpression": "attribute_exists(other)",
    }
    refused(limited.update_item, **item, **condition)


def test_an_index_is_a_separate_resource(grant: Any, table: str) -> None:
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
