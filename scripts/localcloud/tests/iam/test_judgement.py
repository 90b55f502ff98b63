"""A role's policies, the policy of the resource and the permissions boundary, together."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloud import EVERYTHING, Cloud, unique

from iam.refusals import PLACE, refused

TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    },
}
NOTHING = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def allow(actions: Any, resources: Any = "*", **condition: Any) -> dict[str, Any]:
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def boundary(cloud: Cloud, *statements: Any) -> str:
    """Create a managed policy; return its ARN."""
    made = cloud.client("iam").create_policy(
        PolicyName=unique("boundary"), PolicyDocument=document(*statements)
    )
    return str(made["Policy"]["Arn"])


@pytest.fixture
def role(cloud: Cloud) -> Callable[..., str]:
    """Create a role with a path; return its ARN."""

    def make(*statements: Any, **more: Any) -> str:
        name, client = unique("role"), cloud.client("iam")
        made = client.create_role(
            RoleName=name, Path="/mine/jobs/", AssumeRolePolicyDocument=json.dumps(TRUST), **more
        )
        if statements:
            cloud.allow(name, *statements)
        return str(made["Role"]["Arn"])

    return make


@pytest.fixture(scope="module")
def function(cloud: Cloud) -> str:
    return cloud.function("def handle(event, context): return 1")


def invokes(cloud: Cloud, function: str, role: str) -> Callable[[], Any]:
    client = cloud.acting_as(role)("lambda")
    return lambda: client.invoke(FunctionName=function)


def permit(cloud: Cloud, function: str, principal: str, **more: str) -> None:
    cloud.client("lambda").add_permission(
        FunctionName=function,
        StatementId=unique("statement"),
        Action="lambda:InvokeFunction",
        Principal=principal,
        **more,
    )


class TestTheResourcesPolicy:
    def test_it_admits_a_role_that_it_names_by_its_arn_with_the_path(
        self, cloud: Cloud, function: str, role: Any
    ) -> None:
        named, other = role(), role()
        assert named.startswith("arn:aws:iam::000000000000:role/mine/jobs/")
        permit(cloud, function, named)
        invokes(cloud, function, named)()
        assert refused(invokes(cloud, function, other))[0] == "AccessDeniedException"
        # It is about this function alone.
        another = cloud.function("def handle(event, context): return 1")
        refused(invokes(cloud, another, named))

    def test_it_leaves_to_the_role_what_it_permits_to_the_account(
        self, cloud: Cloud, function: str, role: Any
    ) -> None:
        permit(cloud, function, "000000000000")
        refused(invokes(cloud, function, role()))

    def test_a_deny_of_the_role_wins(self, cloud: Cloud, function: str, role: Any) -> None:
        named = role(NOTHING)
        permit(cloud, function, named)
        _, message = refused(invokes(cloud, function, named))
        assert message.endswith("with an explicit deny in an identity-based policy")

    def test_its_own_deny_wins(self, cloud: Cloud, role: Any) -> None:
        url, arn = cloud.queue()
        sender = role(allow("sqs:SendMessage", arn))
        client = cloud.acting_as(sender)("sqs")
        client.send_message(QueueUrl=url, MessageBody="1")
        root = "arn:aws:iam::000000000000:root"
        for principal in (sender, root):
            denied = {**NOTHING, "Resource": arn, "Principal": {"AWS": principal}}
            policy = {"Policy": document(denied)}
            cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=policy)
            _, message = refused(client.send_message, QueueUrl=url, MessageBody="2")
            assert message.endswith("with an explicit deny in a resource-based policy")

    def test_a_condition_about_services_does_not_hold_for_a_role(
        self, cloud: Cloud, function: str, role: Any
    ) -> None:
        named = role()
        permit(cloud, function, named, SourceArn=f"arn:aws:events:{PLACE}:rule/any")
        refused(invokes(cloud, function, named))


class TestTheBoundary:
    def test_it_limits_the_roles_own_policies(self, cloud: Cloud, table: str, role: Any) -> None:
        limit = boundary(cloud, allow("dynamodb:GetItem"))
        bounded = role(EVERYTHING, PermissionsBoundary=limit)
        client = cloud.acting_as(bounded)("dynamodb")
        key = {"id": {"S": "1"}}
        client.get_item(TableName=table, Key=key)
        _, message = refused(client.put_item, TableName=table, Item=key)
        assert message.endswith(
            "because no permissions boundary allows the dynamodb:PutItem action"
        )

    def test_it_grants_nothing(self, cloud: Cloud, table: str, role: Any) -> None:
        bounded = role(PermissionsBoundary=boundary(cloud, EVERYTHING))
        client = cloud.acting_as(bounded)("dynamodb")
        refused(client.get_item, TableName=table, Key={"id": {"S": "1"}})

    def test_its_deny_wins(self, cloud: Cloud, table: str, role: Any) -> None:
        bounded = role(EVERYTHING, PermissionsBoundary=boundary(cloud, EVERYTHING, NOTHING))
        client = cloud.acting_as(bounded)("dynamodb")
        _, message = refused(client.get_item, TableName=table, Key={"id": {"S": "1"}})
        assert message.endswith("with an explicit deny in a permissions boundary")

    def test_it_limits_what_the_resources_policy_grants(
        self, cloud: Cloud, function: str, role: Any
    ) -> None:
        narrow = role(PermissionsBoundary=boundary(cloud, allow("s3:*")))
        wide = role(PermissionsBoundary=boundary(cloud, allow("lambda:*")))
        for named in (narrow, wide):
            permit(cloud, function, named)
        refused(invokes(cloud, function, narrow))
        invokes(cloud, function, wide)()

    def test_a_change_of_it_takes_effect_at_once(self, cloud: Cloud, table: str, role: Any) -> None:
        free = role(EVERYTHING)
        call = cloud.acting_as(free)("dynamodb").get_item
        arguments = {"TableName": table, "Key": {"id": {"S": "1"}}}
        call(**arguments)
        client, name = cloud.client("iam"), free.rpartition("/")[2]
        limit = boundary(cloud, allow("s3:*"))
        client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=limit)
        refused(call, **arguments)
        client.delete_role_permissions_boundary(RoleName=name)
        call(**arguments)
