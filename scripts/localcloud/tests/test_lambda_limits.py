"""Reserved concurrency and recursion are configured and answered as on AWS."""

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud

NOTHING = """
def handle(event, context):
    return None
"""


def test_a_function_may_be_allowed_to_be_in_a_loop(cloud: Cloud) -> None:
    name, client = cloud.function(NOTHING), cloud.client("lambda")
    assert client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
    client.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"


def test_a_reservation_is_taken_from_the_account_s_and_leaves_a_hundred(cloud: Cloud) -> None:
    name, client = cloud.function(NOTHING), cloud.client("lambda")

    def unreserved() -> int:
        return int(client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"])

    before = unreserved()
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=20)
    assert unreserved() == before - 20
    with pytest.raises(ClientError, match="below its minimum value of"):
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=before - 99)
    client.delete_function_concurrency(FunctionName=name)
    assert unreserved() == before
