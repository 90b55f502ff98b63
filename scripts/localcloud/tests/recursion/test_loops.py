"""A function is not invoked a 17th time in one chain of requests, as far as Lambda follows it."""

import json
from typing import Any

from cloud import Cloud, unique

from recursion.relays import Relay

LIMIT = 16


def test_a_loop_through_a_queue_ends_in_the_dead_letter_queue(relay: Relay) -> None:
    function = relay.function()
    url, dead_url = relay.queue(function)
    message = relay.message([("sqs", url)])
    relay.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))
    dead, *_ = relay.dead(dead_url)
    assert json.loads(dead["Body"])["left"] == 39 - LIMIT
    assert relay.turns(function) == LIMIT


def test_a_loop_through_a_fifo_queue_ends_too(relay: Relay) -> None:
    function = relay.function()
    url, dead_url = relay.queue(function, FifoQueue="true", ContentBasedDeduplication="true")
    relay.start(function, relay.message([("sqs", url)]))
    assert relay.dead(dead_url)
    assert relay.turns(function) == LIMIT


def test_a_loop_of_asynchronous_invocations_ends_in_its_destination(relay: Relay) -> None:
    function = relay.function()
    url, arn = relay.cloud.queue()
    relay.cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    relay.start(function, relay.message([("lambda", function)]))
    failure, *_ = relay.dead(url)
    body = json.loads(failure["Body"])
    assert body["requestContext"]["condition"] == "RecursiveInvocationException"
    assert body["requestPayload"]["left"] == 39 - LIMIT
    assert relay.ends_after(function, LIMIT)


def test_a_loop_of_asynchronous_invocations_ends_in_its_dead_letter_queue(relay: Relay) -> None:
    function = relay.function()
    url, arn = relay.cloud.queue()
    relay.cloud.client("lambda").update_function_configuration(
        FunctionName=function, DeadLetterConfig={"TargetArn": arn}
    )
    relay.cloud.client("lambda").get_waiter("function_updated_v2").wait(FunctionName=function)
    relay.start(function, relay.message([("lambda", function)]))
    dead, *_ = relay.dead(url)
    assert json.loads(dead["Body"])["left"] == 39 - LIMIT


def topic(relay: Relay, protocol: str, endpoint: str) -> str:
    """Create a topic with one subscriber."""
    client = relay.cloud.client("sns")
    arn = str(client.create_topic(Name=unique("topic"))["TopicArn"])
    client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
    return arn


def function_arn(cloud: Cloud, name: str) -> str:
    """Return the function's ARN."""
    function = cloud.client("lambda").get_function(FunctionName=name)
    return str(function["Configuration"]["FunctionArn"])


def allow(cloud: Cloud, function: str, service: str) -> None:
    """Let a service invoke the function."""
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId=service,
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
    )


def test_a_loop_through_a_topic_ends(relay: Relay) -> None:
    function = relay.function()
    allow(relay.cloud, function, "sns")
    arn = topic(relay, "lambda", function_arn(relay.cloud, function))
    relay.start(function, relay.message([("sns", arn)]))
    assert relay.ends_after(function, LIMIT)


def test_a_loop_through_a_topic_and_a_queue_ends(relay: Relay) -> None:
    function = relay.function()
    url, dead_url = relay.queue(function)
    queue_arn = relay.queue_arn(url)
    relay.cloud.open_to(url, queue_arn, "sns")
    arn = topic(relay, "sqs", queue_arn)
    relay.start(function, relay.message([("sns", arn)]))
    assert relay.dead(dead_url)
    assert relay.turns(function) == LIMIT


def notifying(relay: Relay, **to: Any) -> str:
    """Create a bucket that tells each new object to one receiver."""
    client, name = relay.cloud.client("s3"), unique("bucket")
    client.create_bucket(Bucket=name)
    events = {"Events": ["s3:ObjectCreated:*"]}
    configuration = {kind: [{key: arn, **events}] for kind, (key, arn) in to.items()}
    client.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration=configuration
    )
    return name


def test_a_loop_through_a_bucket_ends(relay: Relay) -> None:
    function = relay.function()
    allow(relay.cloud, function, "s3")
    arn = function_arn(relay.cloud, function)
    bucket = notifying(relay, LambdaFunctionConfigurations=("LambdaFunctionArn", arn))
    relay.start(function, relay.message([("s3", bucket)]))
    assert relay.ends_after(function, LIMIT)


def test_a_loop_through_a_bucket_and_a_queue_ends(relay: Relay) -> None:
    function = relay.function()
    url, dead_url = relay.queue(function)
    arn = relay.queue_arn(url)
    relay.cloud.open_to(url, arn, "s3")
    bucket = notifying(relay, QueueConfigurations=("QueueArn", arn))
    relay.start(function, relay.message([("s3", bucket)]))
    assert relay.dead(dead_url)
    assert relay.turns(function) == LIMIT


def test_a_loop_through_a_bucket_and_a_topic_ends(relay: Relay) -> None:
    function = relay.function()
    allow(relay.cloud, function, "sns")
    arn = topic(relay, "lambda", function_arn(relay.cloud, function))
    bucket = notifying(relay, TopicConfigurations=("TopicArn", arn))
    relay.start(function, relay.message([("s3", bucket)]))
    assert relay.ends_after(function, LIMIT)


def test_a_chain_of_two_functions_ends_at_the_first_that_ran_16_times(relay: Relay) -> None:
    first, second = relay.function(), relay.function()
    url, _ = relay.queue(second)
    relay.start(first, relay.message([("sqs", url), ("lambda", first)]))
    assert relay.ends_after(first, LIMIT)
    assert relay.turns(second) == LIMIT


def test_a_loop_of_allowed_functions_goes_on(relay: Relay) -> None:
    function = relay.function()
    relay.cloud.client("lambda").put_function_recursion_config(
        FunctionName=function, RecursiveLoop="Allow"
    )
    url, _ = relay.queue(function)
    relay.start(function, relay.message([("sqs", url), ("lambda", function)], turns=24))
    assert relay.ends_after(function, 24)


def test_an_allowed_function_does_not_shield_the_other_of_its_loop(relay: Relay) -> None:
    allowed, other = relay.function(), relay.function()
    relay.cloud.client("lambda").put_function_recursion_config(
        FunctionName=allowed, RecursiveLoop="Allow"
    )
    relay.start(other, relay.message([("lambda", allowed), ("lambda", other)]))
    assert relay.ends_after(other, LIMIT)


def test_a_loop_through_eventbridge_is_not_followed(relay: Relay) -> None:
    function = relay.function()
    allow(relay.cloud, function, "events")
    client, name = relay.cloud.client("events"), unique("relay")
    client.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    arn = function_arn(relay.cloud, function)
    client.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": arn}])
    relay.start(function, relay.message([("events", name)], turns=20))
    assert relay.ends_after(function, 20)
