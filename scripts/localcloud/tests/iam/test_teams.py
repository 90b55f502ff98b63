"""What a team's role and the dispatcher's may do, whose policies go by names, paths and tags."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloud import EVERYTHING, Cloud, unique

from iam.refusals import PLACE, refused
from iam.test_judgement import TRUST, allow, boundary, document

MINE = f"activity#arn:aws:states:{PLACE}:activity:studio-film"
THEIRS = f"activity#arn:aws:states:{PLACE}:activity:studio-sound"
ANY_KEY = {"dynamodb:LeadingKeys": "false"}
WRITES = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:GetItem"]

type Ways = dict[str, Callable[[str], Any]]


def ways(client: Any, table: str) -> Ways:
    """Return each way to reach the item of a key."""

    def key(name: str) -> Any:
        return {"id": {"S": name}}

    return {
        "get": lambda name: client.get_item(TableName=table, Key=key(name)),
        "put": lambda name: client.put_item(TableName=table, Item=key(name)),
        "delete": lambda name: client.delete_item(TableName=table, Key=key(name)),
        "update": lambda name: client.update_item(
            TableName=table,
            Key=key(name),
            UpdateExpression="SET kept = :v",
            ExpressionAttributeValues={":v": {"S": "v"}},
        ),
    }


class TestATeam:
    @pytest.fixture
    def team(self, grant: Any, table: str) -> Any:
        """The role of a team whose activities begin with studio-film."""
        keys = [f"{MINE}*", "activity#claim:studio-film*"]
        condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}, "Null": ANY_KEY}
        on = f"arn:aws:dynamodb:{PLACE}:table/{table}"
        return grant(*WRITES, on=on, Condition=condition)("dynamodb")

    @pytest.mark.parametrize("way", ["put", "update", "get", "delete"])
    def test_it_reaches_its_descriptions_and_claims(self, team: Any, table: str, way: str) -> None:
        for name in (MINE, f"{MINE}-hd", "activity#claim:studio-film"):
            ways(team, table)[way](name)

    @pytest.mark.parametrize("way", ["put", "update", "get", "delete"])
    @pytest.mark.parametrize(
        "name",
        [
            THEIRS,
            "activity#claim:studio-sound",
            "activity#claim:studio",
            "activity#callback:studio-film",
            f"slot#{MINE}",
            "0" * 32,
            f"x{MINE}",
        ],
    )
    def test_it_reaches_nothing_else(self, team: Any, table: str, way: str, name: str) -> None:
        assert refused(ways(team, table)[way], name=name)[0] == "AccessDeniedException"

    def test_it_may_not_search_or_write_many(self, team: Any, table: str) -> None:
        condition = "id = :id"
        values = {":id": {"S": MINE}}
        search = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}
        refused(team.query, TableName=table, **search)
        refused(team.scan, TableName=table)
        one = [{"PutRequest": {"Item": {"id": {"S": MINE}}}}]
        refused(team.batch_write_item, RequestItems={table: one})

    def test_a_transaction_is_judged_by_each_of_its_keys(self, team: Any, table: str) -> None:
        def put(name: str) -> Any:
            return {"Put": {"TableName": table, "Item": {"id": {"S": name}}}}

        team.transact_write_items(TransactItems=[put(MINE)])
        refused(team.transact_write_items, TransactItems=[put(MINE), put(THEIRS)])


class TestTheDispatcher:
    @pytest.fixture
    def dispatcher(self, grant: Any, table: str) -> Any:
        """A role that writes everything but descriptions."""
        condition = {
            "ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": ["activity#*"]},
            "Null": ANY_KEY,
        }
        on = f"arn:aws:dynamodb:{PLACE}:table/{table}"
        actions = ("dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem")
        return grant(*actions, on=on, Condition=condition)("dynamodb")

    @pytest.mark.parametrize("way", ["put", "update"])
    def test_it_writes_tasks_and_no_descriptions(
        self, dispatcher: Any, table: str, way: str
    ) -> None:
        ways(dispatcher, table)[way]("0" * 32)
        for name in (MINE, "activity#claim:studio-film"):
            refused(ways(dispatcher, table)[way], name=name)

    def test_one_description_spoils_a_batch(self, dispatcher: Any, table: str) -> None:
        items = [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in ("task", MINE)]
        dispatcher.batch_write_item(RequestItems={table: items[:1]})
        refused(dispatcher.batch_write_item, RequestItems={table: items})


class TestRoles:
    def test_a_role_is_named_with_its_path(self, cloud: Cloud, grant: Any) -> None:
        on = "arn:aws:iam::000000000000:role/mine/jobs/studio-film-*"
        client = grant("iam:*", on=on)("iam")
        trust = {"AssumeRolePolicyDocument": json.dumps(TRUST)}
        name = unique("studio-film-role")
        client.create_role(RoleName=name, Path="/mine/jobs/", **trust)
        # From now on the name alone tells the path.
        client.get_role(RoleName=name)
        cloud.client("iam").create_role(RoleName=(other := f"{name}-b"), **trust)
        refused(client.get_role, RoleName=other)
        for path in ({"Path": "/mine/"}, {}):
            refused(client.create_role, RoleName=f"{name}-c", **path, **trust)
        client.delete_role(RoleName=name)

    def test_a_path_is_part_of_the_principals_arn(self, cloud: Cloud, table: str) -> None:
        name, iam = unique("role"), cloud.client("iam")
        trust = json.dumps(TRUST)
        made = iam.create_role(RoleName=name, Path="/mine/", AssumeRolePolicyDocument=trust)
        role, key = made["Role"]["Arn"], {"id": {"S": "1"}}
        client = cloud.acting_as(role)("dynamodb")
        cloud.allow(name, allow("*", ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/mine/*"}))
        client.get_item(TableName=table, Key=key)
        cloud.allow(name, allow("*", ArnLike={"aws:PrincipalArn": f"arn:aws:iam::*:role/{name}"}))
        refused(client.get_item, TableName=table, Key=key)

    def test_a_new_role_must_have_the_boundary(self, cloud: Cloud, grant: Any) -> None:
        limit = boundary(cloud, EVERYTHING)
        same = {"StringEquals": {"iam:PermissionsBoundary": limit}}
        client = grant("iam:*", Condition=same)("iam")
        name, trust = unique("role"), json.dumps(TRUST)
        role = {"RoleName": name, "AssumeRolePolicyDocument": trust}
        refused(client.create_role, **role)
        refused(client.create_role, **role, PermissionsBoundary=boundary(cloud, EVERYTHING))
        client.create_role(**role, PermissionsBoundary=limit)
        policy = {"PolicyName": "mine", "PolicyDocument": document(EVERYTHING)}
        client.put_role_policy(RoleName=name, **policy)
        free = cloud.role().rpartition("/")[2]
        refused(client.put_role_policy, RoleName=free, **policy)
        cloud.client("iam").delete_role_permissions_boundary(RoleName=name)
        refused(client.put_role_policy, RoleName=name, **policy)


class TestParameters:
    def test_a_parameters_arn_has_one_slash(self, grant: Any) -> None:
        name = f"/studio/{unique('parameter')}"
        on = f"arn:aws:ssm:{PLACE}:parameter{name}"
        client = grant("ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter", on=on)("ssm")
        client.put_parameter(Name=name, Value="1", Type="String")
        for given in (name, on):
            assert client.get_parameter(Name=given)["Parameter"]["Value"] == "1"
        assert client.get_parameters(Names=[name])["Parameters"]
        refused(client.get_parameter, Name=f"{name}-b")
        refused(client.get_parameters, Names=[name, f"{name}-b"])
        refused(client.get_parameters_by_path, Path="/studio")

    def test_a_parameter_outside_a_hierarchy_has_no_slash_in_its_name(
        self, cloud: Cloud, grant: Any
    ) -> None:
        name = unique("parameter")
        cloud.client("ssm").put_parameter(Name=name, Value="1", Type="String")
        grant("ssm:GetParameter", on=f"arn:aws:ssm:{PLACE}:parameter/{name}")("ssm").get_parameter(
            Name=name
        )


def test_a_secrets_arn_ends_with_characters_that_its_name_lacks(cloud: Cloud, grant: Any) -> None:
    name = unique("secret")
    made = cloud.client("secretsmanager").create_secret(Name=name, SecretString="hidden")["ARN"]
    on = f"arn:aws:secretsmanager:{PLACE}:secret:{name}-??????"
    client = grant("secretsmanager:GetSecretValue", on=on)("secretsmanager")
    for given in (name, made):
        assert client.get_secret_value(SecretId=given)["SecretString"] == "hidden"
    exact = f"arn:aws:secretsmanager:{PLACE}:secret:{name}"
    client = grant("secretsmanager:GetSecretValue", on=exact)("secretsmanager")
    refused(client.get_secret_value, SecretId=name)
