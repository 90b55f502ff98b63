"""The task table in DynamoDB, as Terraform describes it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
from hcl2 import SerializationOptions

FILE = Path(__file__).parents[2] / "terraform/modules/control-plane/table.tf"


def create_table(client: Any, name: str) -> None:
    """Create the table under this name."""
    table = _described()
    client.create_table(
        TableName=name,
        KeySchema=_key_schema(table),
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in table["attribute"]
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": name, "KeySchema": _key_schema(index), "Projection": _projection(index)}
            for name, index in _indexes().items()
        ],
        BillingMode=table["billing_mode"],
    )


def projected() -> list[str]:
    """Return the attributes that are projected into the index of open tasks."""
    return list(_indexes()["open"]["non_key_attributes"])


@cache
def _described() -> Mapping[str, Any]:
    options = SerializationOptions(strip_string_quotes=True)
    module = hcl2.loads(FILE.read_text(), serialization_options=options)
    tables = [each["aws_dynamodb_table"] for each in module["resource"] if "aws_dynamodb_table" in each]
    described: Mapping[str, Any] = tables[0]["tasks"]
    return described


def _indexes() -> Mapping[str, Mapping[str, Any]]:
    return {index["name"]: index for index in _described()["global_secondary_index"]}


def _key_schema(described: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"AttributeName": described["hash_key"], "KeyType": "HASH"}]


def _projection(index: Mapping[str, Any]) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index["projection_type"]}
    if "non_key_attributes" in index:
        projection["NonKeyAttributes"] = index["non_key_attributes"]
    return projection
