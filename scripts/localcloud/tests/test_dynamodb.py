"""DynamoDB on moto has what the product and Terraform's aws_dynamodb_table use."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloud import Cloud, error_code, unique


@pytest.fixture
def table(cloud: Cloud) -> str:
    """A table with an index on `state`."""
    name = unique("table")
    cloud.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
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
        Tags=[{"Key": "a", "Value": "1"}],
    )
    return name


def test_terraform_reads_what_it_set(cloud: Cloud, table: str) -> None:
    client = cloud.client("dynamodb")
    described = client.describe_table(TableName=table)["Table"]
    assert described["TableStatus"] == "ACTIVE"
    assert "SSEDescription" not in described, "the default key is not described"
    arn = described["TableArn"]
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    ttl = {"Enabled": True, "AttributeName": "expires"}
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
    assert client.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires",
    }
    recovery = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    backups = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_encryption_with_a_customer_key(cloud: Cloud) -> None:
    made = cloud.client("dynamodb").create_table(
        TableName=unique("table"),
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    assert made["TableDescription"]["SSEDescription"]["Status"] == "ENABLED"


def test_an_index_can_be_queried(cloud: Cloud, table: str) -> None:
    client = cloud.client("dynamodb")
    for number, state in enumerate(["started", "settled", "started"]):
        item = {"id": {"S": str(number)}, "state": {"S": state}}
        client.put_item(TableName=table, Item=item)
    found = client.query(
        TableName=table,
        IndexName="by-state",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "started"}},
    )
    assert sorted(item["id"]["S"] for item in found["Items"]) == ["0", "2"]


def test_one_of_several_concurrent_conditional_writes_wins(cloud: Cloud, table: str) -> None:
    client = cloud.client("dynamodb")

    def put(number: int) -> str | None:
        return error_code(
            client.put_item,
            TableName=table,
            Item={"id": {"S": str(number // 8)}, "n": {"N": str(number)}},
            ConditionExpression="attribute_not_exists(id)",
        )

    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(put, range(160)))
    assert codes.count(None) == 20
    assert codes.count("ConditionalCheckFailedException") == 140


def test_a_transaction_that_fails_undoes_nothing_else(cloud: Cloud, table: str) -> None:
    client = cloud.client("dynamodb")

    def condition(value: str) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": table,
                "Key": {"id": {"S": "fixed"}},
                "UpdateExpression": "SET v = :v",
                "ConditionExpression": "attribute_exists(id)",
                "ExpressionAttributeValues": {":v": {"S": value}},
            }
        }

    def write(number: int) -> str | None:
        put = {"Put": {"TableName": table, "Item": {"id": {"S": f"t{number}"}}}}
        if number % 2:
            return error_code(client.transact_write_items, TransactItems=[put, condition("x")])
        return error_code(client.put_item, TableName=table, Item={"id": {"S": f"p{number}"}})

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(write, range(80)))
    assert codes == [None, "TransactionCanceledException"] * 40
    ids = {item["id"]["S"] for item in client.scan(TableName=table)["Items"]}
    assert ids == {f"p{number}" for number in range(0, 80, 2)}
    client.put_item(TableName=table, Item={"id": {"S": "fixed"}})
    client.transact_write_items(TransactItems=[condition("done")])
    item = client.get_item(TableName=table, Key={"id": {"S": "fixed"}})["Item"]
    assert item["v"] == {"S": "done"}
