"""The judge of policies, and what it has to find."""

from typing import Any

import pytest
from tests.judges.documents import Document, Place
from tests.judges.iam import policies
from tests.judges.iam.arns import fits

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:words"
BUCKET = "arn:aws:s3:::words"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/tasks"
TASKS = "arn:aws:ecs:eu-west-1:123456789012:task/words/*"
ROLE = ("aws_iam_role_policy.this", "policy")
TRUST = ("aws_iam_role.this", "assume_role_policy")
OF_QUEUE = ("aws_sqs_queue_policy.this", "policy")


def _judge(*statements: dict[str, Any], place: tuple[str, str] = ROLE, **fields: Any) -> list[str]:
    value = {"Version": "2012-10-17", "Statement": list(statements), **fields}
    address, attribute = place
    where = Place(folder="f", test="t", run="r", address=address, attribute=attribute)
    return policies.judge(Document(kind="policy", value=value, places=(where,)))


def _allow(action: str | list[str], resource: str | list[str], **fields: Any) -> dict[str, Any]:
    return {"Sid": "One", "Effect": "Allow", "Action": action, "Resource": resource, **fields}


def _when(
    operator: str, key: str, value: Any, action: str = "sqs:SendMessage", on: str = QUEUE
) -> dict[str, Any]:
    return _allow([action], [on], Condition={operator: {key: value}})


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (_allow("sqs:SendMesage", QUEUE), "Action 'sqs:SendMesage' does not exist"),
        (_allow(["sqs:SendMessage", "sqs:SendMessageBatch"], QUEUE), "'sqs:SendMessageBatch' does not exist"),
        (_allow("sqs:Sned*", QUEUE), "Action 'sqs:Sned*' does not exist"),
        (_allow("sqss:SendMessage", QUEUE), "service 'sqss' is not in tests/schemas/iam"),
        (_allow("lambda:Invoke", "*"), "Action 'lambda:Invoke' does not exist"),
        (_allow("sqs:SendMessage", BUCKET), "is of no type that sqs:SendMessage accepts"),
        (_allow("sqs:SendMessage", [QUEUE, BUCKET]), f"Resource {BUCKET!r} is of no type"),
        (_allow("s3:GetObject", BUCKET), "is of no type that s3:GetObject accepts"),
        (_allow("s3:ListBucket", f"{BUCKET}/*"), "is of no type that s3:ListBucket accepts"),
        (_allow(["s3:GetObject", "s3:ListBucket"], f"{BUCKET}/*"), "no type that s3:ListBucket accepts"),
        (_allow("dynamodb:Scan", f"{TABLE}/indexes/open"), "is of no type that dynamodb:Scan accepts"),
        (
            _allow("ecs:RunTask", "arn:aws:ecs:eu-west-1:123456789012:task-definition/words"),
            "is of no type that ecs:RunTask accepts",
        ),
        (_allow("ecr:GetAuthorizationToken", "arn:aws:ecr:eu-west-1:123456789012:repository/a"), "'*' only"),
        (_allow("sqs:SendMessage", "words"), "Resource 'words' is not an ARN"),
        (_allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:12345:words"), "is not an ARN"),
        (_when("StringEquals", "aws:SourceVPCs", "a"), "condition key 'aws:SourceVPCs' does not exist"),
        (_when("StringEquals", "sqs:Colour", "a"), "condition key 'sqs:Colour' does not exist"),
        (_when("StringEquals", "s3:prefix", "a"), "'s3:prefix' is never in a request for sqs:SendMessage"),
        (_when("StringEqual", "aws:SourceAccount", "a"), "condition operator 'StringEqual' does not exist"),
        (_when("Arnlike", "aws:SourceArn", QUEUE), "condition operator 'Arnlike' does not exist"),
        (_when("NumericEquals", "aws:SourceAccount", "1"), "does not compare 'aws:SourceAccount'"),
        (_when("ArnLike", "aws:SourceAccount", "*"), "does not compare 'aws:SourceAccount'"),
        (_when("ArnLike", "aws:SourceArn", "words"), "cannot have the value 'words'"),
        (_when("Bool", "aws:SecureTransport", "yes"), "cannot have the value 'yes'"),
        (_when("StringEquals", "aws:TagKeys", "a"), "needs ForAllValues: or ForAnyValue:"),
        (_when("ForAnyValue:StringEquals", "aws:SourceAccount", "a"), "has one value"),
        (_when("ArnEquals", "ecs:cluster", "*", "ecs:DescribeClusters", "*"), "'ecs:cluster' is never in"),
        (_allow("sqs:SendMessage", QUEUE, Condition=None), "Condition is None"),
        (_allow("sqs:SendMessage", []), "Resource is []"),
        (
            {"Sid": "One", "Effect": "Allow", "Action": "sqs:SendMessage"},
            "a policy of a role needs a Resource",
        ),
        (_allow("sqs:SendMessage", QUEUE, Principal="*"), "takes no Principal"),
        (_allow("sqs:SendMessage", QUEUE, Effect="allow"), "Effect is 'allow'"),
        (_allow("sqs:SendMessage", QUEUE, Actions=[]), "unknown field 'Actions'"),
        (_allow("sqs:SendMessage", QUEUE, Sid="a-b"), "Sid 'a-b'"),
        (_allow("sqs:SendMessage", QUEUE, NotAction="sqs:*"), "it needs one of Action and NotAction"),
    ],
)
def test_a_fault_in_a_statement_is_found(statement: dict[str, Any], fault: str) -> None:
    found = _judge(statement)
    assert any(fault in text for text in found), found
    assert all(text.startswith(f"statement {statement['Sid']}: ") for text in found)


@pytest.mark.parametrize(
    "statement",
    [
        _allow("ssm:GetParameters", "arn:aws:ssm:eu-west-1:123456789012:parameter/words/licence"),
        _allow(
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:words/db-a1b2c3",
        ),
        _allow("sqs:SendMessage", QUEUE),
        _allow("SQS:sendmessage", "*"),
        _allow(["sqs:*"], [QUEUE]),
        _allow(["s3:GetObject", "s3:ListBucket"], [BUCKET, f"{BUCKET}/*"]),
        _allow("dynamodb:Query", f"{TABLE}/index/open"),
        _allow("ecs:StopTask", TASKS, Condition={"ArnEquals": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/a"}}),
        _allow("states:SendTaskSuccess", "arn:aws:states:eu-west-1:123456789012:activity:words-*"),
        _allow("logs:DescribeLogStreams", "arn:aws:logs:eu-west-1:123456789012:log-group:/a/b:*"),
        _allow(
            "iam:PassRole",
            "arn:aws:iam::123456789012:role/a/b",
            Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        _when("StringEqualsIfExists", "s3:prefix", "a"),
        _when("Null", "aws:TagKeys", "false"),
        _when("Bool", "aws:SecureTransport", True),
        _when("StringEquals", "aws:ResourceTag/team", "a"),
        _when("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["a"], "dynamodb:GetItem", TABLE),
    ],
)
def test_a_right_statement_passes(statement: dict[str, Any]) -> None:
    assert _judge(statement) == []


@pytest.mark.parametrize(
    ("principal", "faults"),
    [
        ({"Service": "lambda.amazonaws.com"}, 0),
        ({"Service": ["logs.eu-west-1.amazonaws.com", "states.amazonaws.com"]}, 0),
        ({"AWS": ["123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/a"]}, 0),
        ({"Service": "lamda.amazonaws.com"}, 1),
        ({"Service": ["lambda.amazonaws.com", "ecs-task.amazonaws.com"]}, 1),
        ({"Aws": "*"}, 1),
        ({"AWS": "arn:aws:iam::12:root"}, 1),
        ("lambda.amazonaws.com", 1),
    ],
)
def test_principals_are_judged(principal: Any, faults: int) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    assert len(_judge(trust, place=TRUST)) == faults
    assert len(_judge({**trust, "Action": "sqs:SendMessage", "Resource": QUEUE}, place=OF_QUEUE)) == faults


def test_a_trust_policy_has_no_resource_and_a_queue_policy_has_one() -> None:
    statement = _allow("sts:AssumeRole", "*", Principal={"Service": "lambda.amazonaws.com"})
    assert _judge(statement, place=TRUST) == [
        "statement One: a trust policy needs a Principal and takes no Resource"
    ]
    del statement["Resource"]
    assert _judge({**statement, "Action": "sqs:SendMessage"}, place=OF_QUEUE) == [
        "statement One: it needs a Resource"
    ]


def test_the_document_itself_is_judged() -> None:
    twice = _judge(_allow("sqs:SendMessage", QUEUE), _allow("sqs:SendMessage", QUEUE))
    assert twice == ["the Sid 'One' is used twice"]
    assert _judge(Version="2012-10-18") == ["Version is '2012-10-18', not '2012-10-17'"]
    assert _judge(Statements=[]) == ["unknown field 'Statements'"]


def test_a_permission_is_judged_like_a_policy() -> None:
    right = {
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
        "source_arn": "arn:aws:events:eu-west-1:123456789012:rule/a",
        "source_account": None,
    }
    for change, fault in [
        ({}, None),
        ({"action": "lambda:InvokeFunctions"}, "does not exist"),
        ({"principal": "event.amazonaws.com"}, "does not exist"),
        ({"source_arn": "a"}, "cannot have the value 'a'"),
    ]:
        policy = policies.permission_as_policy({**right, **change})
        found = _judge(*policy["Statement"], place=("aws_lambda_permission.this", "permission"))
        assert (fault is None and not found) or (len(found) == 1 and fault and fault in found[0])


@pytest.mark.parametrize(
    ("pattern", "template", "expected"),
    [
        ("arn:aws:s3:::a", "arn:${Partition}:s3:::${BucketName}", True),
        ("arn:aws:s3:::a/b", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:s3:::a*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::a/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:s3:::?", "arn:${Partition}:s3:::${BucketName}", True),
        ("arn:*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", True),
        ("arn:aws:s3:::${aws:PrincipalTag/a}/x", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
    ],
)
def test_a_resource_fits_a_type(pattern: str, template: str, expected: bool) -> None:
    assert fits(pattern, template) is expected
