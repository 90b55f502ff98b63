"""The stub answers AWS's own clients as AWS does, and refuses what it does not understand."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmark.stub.control import Stub
from benchmark.stub.http import Connection
from benchmark.stub.throttle import Bucket

ARN = "arn:aws:states:eu-west-1:000000000000:activity:benchmark"


class Served:
    """A stub in a separate thread."""

    def __init__(self) -> None:
        self.stub, self.loop = Stub(), asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.connections: list[Connection] = []
        self.server = self.do(self.loop.create_server(self.connect, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.do(self.stub.reset({"least_ms": 0.0, "most_ms": 0.0, "poll_seconds": 0.05}))

    def connect(self) -> Connection:
        self.connections.append(Connection(self.stub.handle))
        return self.connections[-1]

    def do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def client(self, service: str) -> Any:
        return botocore.session.Session().create_client(
            service,
            region_name="eu-west-1",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )

    def stop(self) -> None:
        async def close() -> None:
            for connection in self.connections:
                connection.close()
            self.server.close()
            await self.server.wait_closed()

        self.do(close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def served() -> Iterator[Served]:
    one = Served()
    yield one
    one.stop()


def test_a_task_is_handed_out_once_and_its_starts_are_counted(served: Served) -> None:
    stepfunctions, functions = served.client("stepfunctions"), served.client("lambda")
    served.do(served.stub.schedule({"count": 1, "request": None}))
    task = stepfunctions.get_activity_task(activityArn=ARN)
    assert stepfunctions.get_activity_task(activityArn=ARN).get("taskToken") is None
    payload = f'{{"task_token": "{task["taskToken"]}"}}'.encode()
    for _ in range(2):
        assert (
            functions.invoke(FunctionName="job", InvocationType="Event", Payload=payload)["StatusCode"] == 202
        )
    report = served.do(served.stub.report({}))
    counts = [report["tasks"][name] for name in ("handed_out", "started", "started_twice")]
    assert counts == [1, 1, 1]
    assert report["calls"] == {"GetActivityTask": 2, "Invoke": 2}


def test_polls_beyond_the_bucket_are_refused_as_aws_does(served: Served) -> None:
    served.do(
        served.stub.reset(
            {"least_ms": 0.0, "most_ms": 0.0, "poll_seconds": 0.0, "bucket": 2, "refill": 0.001}
        )
    )
    client = served.client("stepfunctions")
    for _ in range(2):
        client.get_activity_task(activityArn=ARN)
    assert refusal(lambda: client.get_activity_task(activityArn=ARN)) == "ThrottlingException"
    report = served.do(served.stub.report({}))
    assert (report["polls_allowed"], report["refused"]["GetActivityTask"]) == (2, 1)


STEP: dict[str, Any] = {
    "TableName": "t",
    "Key": {"task_id": {"S": "1"}},
    "UpdateExpression": "SET #state = :started",
    "ConditionExpression": "#state = :starting",
    "ExpressionAttributeNames": {"#state": "state"},
    "ExpressionAttributeValues": {":starting": {"S": "starting"}, ":started": {"S": "started"}},
}


@pytest.fixture
def table(served: Served) -> Any:
    """A DynamoDB client, and a task in the table that is about to start."""
    client = served.client("dynamodb")
    item = {"task_id": {"S": "1"}, "state": {"S": "starting"}, "poll_id": {"S": "p"}}
    client.put_item(TableName="t", Item=item, ConditionExpression="attribute_not_exists(task_id)")
    return client


def refusal(call: Callable[[], Any]) -> str:
    """The code of the error that a call raises."""
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def test_the_table_updates_an_item_only_if_its_condition_holds(table: Any) -> None:
    table.update_item(**STEP)
    assert table.get_item(TableName="t", Key=STEP["Key"])["Item"]["state"] == {"S": "started"}
    assert table.scan(TableName="t", IndexName="open")["Count"] == 1
    assert refusal(lambda: table.update_item(**STEP)) == "ConditionalCheckFailedException"


def test_the_table_compares_numbers_and_joins_conditions(table: Any) -> None:
    def lease(number: int) -> None:
        table.update_item(
            TableName="t",
            Key={"task_id": {"S": "lease"}},
            UpdateExpression="SET n = :n",
            ConditionExpression="attribute_not_exists(task_id) OR #state = :starting OR n <= :n",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":n": {"N": str(number)}, ":starting": {"S": "another"}},
        )

    lease(5)
    assert refusal(lambda: lease(4)) == "ConditionalCheckFailedException"


@pytest.mark.parametrize(
    "changes",
    [
        {"ConditionExpression": "size(state) > :starting"},
        {"ConditionExpression": "#state = :started", "UpdateExpression": "REMOVE #state"},
    ],
)
def test_the_table_refuses_an_expression_that_it_does_not_understand(
    table: Any, changes: dict[str, str]
) -> None:
    table.update_item(**STEP)
    assert refusal(lambda: table.update_item(**{**STEP, **changes})) == "ValidationException"


def test_an_operation_that_the_stub_does_not_know_is_refused(table: Any) -> None:
    assert refusal(lambda: table.describe_table(TableName="t")) == "UnknownOperationException"


def test_a_message_that_is_not_deleted_is_delivered_again(served: Served) -> None:
    client = served.client("sqs")
    served.do(served.stub.schedule({"count": 12, "request": {"activity_arn": ARN}}))
    url = f"http://127.0.0.1:{served.port}/0/dispatch"
    first = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    rest = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert (len(first), len(rest)) == (10, 2)
    client.delete_message_batch(
        QueueUrl=url,
        Entries=[
            {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate([*first, rest[0]])
        ][:10],
    )
    client.change_message_visibility(
        QueueUrl=url, ReceiptHandle=rest[1]["ReceiptHandle"], VisibilityTimeout=0
    )
    served.do(asyncio.sleep(0.01))
    (again,) = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    assert again["Body"] == rest[1]["Body"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert served.do(served.stub.report({}))["messages_left"] == 2


def test_a_bucket_refills_up_to_its_size() -> None:
    now = [0.0]
    bucket = Bucket(size=2, refill=1, clock=lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now[0] = 100.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    bucket.empty()
    assert (bucket.take(), bucket.allowed, bucket.refused) == (False, 0, 1)
