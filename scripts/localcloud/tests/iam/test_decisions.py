"""Policy evaluation, without a cloud."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from localcloud.iam.decision import Need, decide
from localcloud.iam.patterns import fits, fits_arn
from localcloud.iam.policies import parse

TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/tasks"
READ = Need(action="dynamodb:GetItem", resource=TABLE)


def allowed(*statements: dict[str, Any], **context: tuple[str, ...]) -> bool:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    keys = {name.replace("__", ":"): values for name, values in context.items()}
    return decide(parse("policy", document), READ, keys).allowed


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource), "Effect": "Deny", **more}


def on(operator: str, key: str, *values: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def test_no_statements_allow_nothing() -> None:
    assert not allowed()
    assert not allowed(allow("dynamodb:PutItem"))
    assert not allowed(allow("dynamodb:GetItem", f"{TABLE}s"))


@pytest.mark.parametrize(
    "action", ["*", "dynamodb:*", "dynamodb:Get*", "DynamoDB:getitem", "dynamodb:GetIte?"]
)
def test_actions_have_wildcards_and_ignore_case(action: str) -> None:
    assert allowed(allow(action))
    assert allowed(allow(["s3:GetObject", action]))
    assert not allowed(allow(), deny(action))


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        (TABLE, True),
        ("*", True),
        ("arn:aws:dynamodb:*:*:table/*", True),
        ("arn:aws:dynamodb:eu-west-1:000000000000:table/task?", True),
        ("arn:aws:dynamodb:eu-west-1:000000000000:TABLE/tasks", False),
        ("arn:aws:dynamodb:*:table/tasks", False),
        ("arn:aws:dynamodb:eu-west-1:000000000000:table/task??", False),
    ],
)
def test_an_arn_matches_part_by_part(pattern: str, fitting: bool) -> None:
    assert fits_arn(pattern, TABLE) is fitting
    assert allowed(allow(resource=pattern)) is fitting


def test_a_pattern_is_not_a_regular_expression() -> None:
    assert not fits("a.c", "abc")
    assert fits("a.*", "a.\n")


def test_not_action_and_not_resource_match_all_others() -> None:
    assert allowed({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    assert not allowed({"Effect": "Allow", "NotAction": ["dynamodb:*"], "Resource": "*"})
    assert allowed({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::*"})
    assert not allowed({"Effect": "Allow", "Action": "*", "NotResource": TABLE})


def test_a_deny_wins_in_any_position() -> None:
    assert not allowed(deny("dynamodb:GetItem"), allow())
    assert not allowed(allow(), deny("dynamodb:GetItem"))
    assert allowed(allow(), deny("dynamodb:PutItem"))


@pytest.mark.parametrize(
    ("condition", "fitting"),
    [
        (on("StringEquals", "Aws:Key", "a", "b"), True),
        (on("StringEquals", "aws:key", "B"), False),
        (on("StringEqualsIgnoreCase", "aws:key", "B"), True),
        (on("StringNotEquals", "aws:key", "a"), True),
        (on("StringNotEquals", "aws:key", "a", "b"), False),
        (on("StringLike", "aws:key", "?"), True),
        (on("StringNotLike", "aws:key", "*"), False),
        (on("Null", "aws:key", "false"), True),
        (on("Null", "aws:none", True), True),
        (on("Null", "aws:key", "true"), False),
        (on("StringEquals", "aws:none", "b"), False),
        (on("StringEqualsIfExists", "aws:none", "b"), True),
        (on("StringEqualsIfExists", "aws:key", "a"), False),
        (on("StringNotEquals", "aws:none", "b"), True),
        (on("ForAllValues:StringEquals", "aws:many", "a", "b"), True),
        (on("ForAllValues:StringEquals", "aws:many", "a"), False),
        (on("ForAllValues:StringEquals", "aws:none", "a"), True),
        (on("ForAllValues:StringNotLike", "aws:many", "c*"), True),
        (on("ForAllValues:StringNotLike", "aws:many", "b*"), False),
        (on("ForAnyValue:StringEquals", "aws:many", "b", "c"), True),
        (on("ForAnyValue:StringNotEquals", "aws:many", "a"), True),
        (on("ForAnyValue:StringNotEquals", "aws:none", "a"), False),
        (on("ForAnyValue:StringEquals", "aws:none", "a"), False),
        (on("Bool", "aws:truth", True), True),
        (on("Bool", "aws:truth", "false"), False),
        (on("ArnLike", "aws:arn", "arn:aws:ecs:*:*:cluster/c*"), True),
        (on("ArnEquals", "aws:arn", "arn:aws:ecs:*:*:cluster/d"), False),
        (on("ArnNotEquals", "aws:arn", "arn:aws:ecs:*:*:cluster/d"), True),
        ({"Condition": {"StringEquals": {"aws:key": "b"}, "Bool": {"aws:truth": "false"}}}, False),
    ],
)
def test_conditions_hold_as_documented(condition: dict[str, Any], fitting: bool) -> None:
    context = {
        "aws__key": ("b",),
        "aws__many": ("a", "b"),
        "aws__truth": ("true",),
        "aws__arn": ("arn:aws:ecs:eu-west-1:000000000000:cluster/c",),
    }
    assert allowed(allow(**condition), **context) is fitting
    assert allowed(allow(), deny(**condition), **context) is not fitting


@pytest.mark.parametrize(
    "condition",
    [on("NumericLessThan", "aws:key", 3), on("StringLike", "aws:key", "${aws:username}")],
)
def test_an_unsupported_condition_permits_nothing_and_is_logged(
    condition: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert not allowed(allow(**condition), aws__key=("2",))
    assert not allowed(allow(), deny(**condition), aws__key=("2",))
    assert "not supported by the local cloud" in caplog.text


def test_a_document_may_be_percent_encoded_and_have_one_statement() -> None:
    document = json.dumps({"Statement": allow("dynamodb:GetItem", Sid="Read")})
    (statement,) = parse("mine", quote(document))
    assert (statement.policy, statement.sid, statement.actions) == (
        "mine",
        "Read",
        ("dynamodb:GetItem",),
    )


def test_each_grant_that_applies_is_returned() -> None:
    document = json.dumps({"Statement": [allow(["s3:*", "dynamodb:Get*"]), allow("*", TABLE)]})
    grants = decide(parse("policy", document), READ, {}).grants
    assert [(item.statement.sid, item.action, item.resource) for item in grants] == [
        ("1", "dynamodb:Get*", "*"),
        ("2", "*", TABLE),
    ]
