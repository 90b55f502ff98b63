"""What services do in their own name: assume roles, invoke functions, send to queues."""

import json
from typing import Any

import pytest
from cloud import EVERYTHING, Cloud, error_code, unique, wait_for

from iam.test_callers import of_role

GONE = "arn:aws:iam::000000000000:role/gone"
EVENTS = "events.amazonaws.com"


def rule(cloud: Cloud, target: str) -> tuple[str, Any]:
    """Create a rule for its own event source; return its ARN and a function that puts an event."""
    name, client = unique("rule"), cloud.client("events")
    pattern = json.dumps({"source": [name]})
    arn = str(client.put_rule(Name=name, EventPattern=pattern)["RuleArn"])
    client.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target}])
    entry = {"Source": name, "DetailType": "test", "Detail": "{}"}
    return arn, lambda: client.put_events(Entries=[entry])


def refusals(cloud: Cloud, resource: str) -> int:
    """Return how often EventBridge was refused access to a resource."""
    return sum(
        item["times"] for item in of_role(cloud, EVENTS, "refused") if item["resource"] == resource
    )


@pytest.mark.parametrize("services", [["ecs-tasks"], None])
def test_a_function_needs_a_role_that_trusts_lambda(
    cloud: Cloud, services: list[str] | None
) -> None:
    role = cloud.role(EVERYTHING, services=services) if services else GONE
    with pytest.raises(cloud.client("lambda").exceptions.InvalidParameterValueException) as caught:
        cloud.function("def handle(event, context): pass", role=role)
    assert "cannot be assumed by Lambda" in str(caught.value)


def test_an_execution_needs_a_role_that_trusts_step_functions(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context): pass")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name},
        "End": True,
    }
    role = cloud.role(EVERYTHING, services=["lambda"])
    machine = cloud.machine({"StartAt": "Only", "States": {"Only": state}}, role=role)
    ended = cloud.ended(cloud.execute(machine))
    assert ended["status"] == "FAILED"
    assert "states.amazonaws.com is not authorized to perform: sts:AssumeRole" in ended["cause"]


def test_a_trusts_account_condition_counts(cloud: Cloud) -> None:
    def trusting(account: str) -> str:
        role = cloud.role(EVERYTHING)
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                # Not checked: LocalStack does not report it.
                "ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:*"},
            },
        }
        cloud.client("iam").update_assume_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        return role

    code = "def handle(event, context): return 1"
    assert cloud.invoke(cloud.function(code, role=trusting("000000000000")))["Payload"] == 1
    assert (
        error_code(cloud.function, code=code, role=trusting("111111111111"))
        == "InvalidParameterValueException"
    )


def test_a_rule_needs_the_permission_of_its_function(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context): print('seen ' + event['source'])")
    function = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    arn, put = rule(cloud, function)
    add = {"FunctionName": name, "Action": "lambda:InvokeFunction", "Principal": EVENTS}
    client = cloud.client("lambda")
    client.add_permission(**add, StatementId="another", SourceArn=f"{arn}-another")
    put()
    wait_for(lambda: refusals(cloud, function) == 1)
    client.add_permission(**add, StatementId="mine", SourceArn=arn)
    put()
    wait_for(lambda: cloud.log(f"/aws/lambda/{name}").count("seen") == 1)
    assert refusals(cloud, function) == 1


def test_a_rule_needs_the_policy_of_its_queue(cloud: Cloud) -> None:
    url, queue = cloud.queue()
    _, put = rule(cloud, queue)
    put()
    wait_for(lambda: refusals(cloud, queue) == 1)
    cloud.open_to(url, queue, "events")
    put()
    client = cloud.client("sqs")
    wait_for(lambda: client.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    assert refusals(cloud, queue) == 1
