"""Roles and a table for the tests of IAM."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud import Cloud, unique


@pytest.fixture
def grant(cloud: Cloud) -> Callable[..., Callable[[str], Any]]:
    """Make clients of a new role that is allowed these actions on a resource."""

    def make(*actions: str, on: str | list[str] = "*", **more: Any) -> Callable[[str], Any]:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}
        return cloud.acting_as(cloud.role(statement))

    return make


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
