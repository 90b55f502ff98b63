"""Queries of Logs Insights are kept as AWS keeps them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud


def test_a_query_is_saved_changed_found_and_deleted(cloud: Cloud) -> None:
    logs = cloud.client("logs")
    given = {"name": "orders/task", "logGroupNames": ["/a"]}
    query_id = logs.put_query_definition(**given, queryString="fields @message")[
        "queryDefinitionId"
    ]
    changed = {**given, "logGroupNames": ["/b"], "queryDefinitionId": query_id}
    logs.put_query_definition(**changed, queryString="fields @timestamp")
    logs.put_query_definition(name="other", queryString="fields @message")

    def find() -> list[dict[str, Any]]:
        found = logs.describe_query_definitions(queryDefinitionNamePrefix="orders/")
        return list(found["queryDefinitions"])

    (found,) = find()
    assert (found["queryDefinitionId"], found["queryString"]) == (query_id, "fields @timestamp")
    assert found["logGroupNames"] == ["/b"]
    assert logs.delete_query_definition(queryDefinitionId=query_id)["success"]
    assert find() == []
    for call in (
        lambda: logs.delete_query_definition(queryDefinitionId=query_id),
        lambda: logs.put_query_definition(**changed, queryString="fields @timestamp"),
    ):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            call()


def test_queries_are_listed_in_pages(cloud: Cloud) -> None:
    logs = cloud.client("logs")
    for number in range(3):
        logs.put_query_definition(name=f"paged/{number}", queryString="fields @message")
    wanted = {"queryDefinitionNamePrefix": "paged/", "maxResults": 2}
    first = logs.describe_query_definitions(**wanted)
    rest = logs.describe_query_definitions(**wanted, nextToken=first["nextToken"])
    names = [query["name"] for page in (first, rest) for query in page["queryDefinitions"]]
    assert names == ["paged/0", "paged/1", "paged/2"]
    assert "nextToken" not in rest
