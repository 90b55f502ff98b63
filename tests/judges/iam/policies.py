"""Judges a policy by the service authorization reference and the policy language's grammar.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.judges.documents import Document, Place
from tests.judges.iam import conditions, principals, reference
from tests.judges.iam.arns import fits, is_arn
from tests.judges.iam.exceptions import FORMS, TEMPLATES
from tests.judges.iam.reference import Action

FIELDS = {
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
}
SID = re.compile(r"[A-Za-z0-9]*")
VERSION = "2012-10-17"
# Attributes by the kind of policy they take.
TRUST = {"assume_role_policy"}
IDENTITY = {"aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", "aws_iam_policy"}


def judge(document: Document) -> list[str]:
    """Everything that is wrong with a policy; each fault names the statement."""
    policy = document.value
    found = (
        [] if policy.get("Version") == VERSION else [f"Version is {policy.get('Version')!r}, not {VERSION!r}"]
    )
    found += [f"unknown field {name!r}" for name in sorted(set(policy) - {"Version", "Id", "Statement"})]
    statements = _listed(policy["Statement"])
    found += [f"the Sid {sid!r} is used twice" for sid in _twice(statements)]
    for index, statement in enumerate(statements):
        name = statement.get("Sid") or f"#{index}"
        found += [f"statement {name}: {fault}" for fault in _statement_faults(statement, document.places[0])]
    return found


def permission_as_policy(value: Mapping[str, Any]) -> dict[str, Any]:
    """What Lambda makes of an aws_lambda_permission."""
    context = {
        "aws:SourceArn": ("ArnLike", "source_arn"),
        "aws:SourceAccount": ("StringEquals", "source_account"),
    }
    condition = {
        operator: {key: value[attribute]}
        for key, (operator, attribute) in context.items()
        if value.get(attribute)
    }
    statement = {
        "Effect": "Allow",
        "Action": value["action"],
        "Principal": {"Service": value["principal"]}
        if "." in value["principal"]
        else {"AWS": value["principal"]},
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
    return {"Version": VERSION, "Statement": [statement]}


def resource_faults(resources: Sequence[str], actions: Sequence[Sequence[Action]]) -> Iterator[str]:
    """The actions that accept none of a statement's resources; the resources that no action accepts."""
    for resource in resources:
        if resource != "*" and not is_arn(resource):
            yield f"Resource {resource!r} is not an ARN"
    accepted: set[str] = {"*"}
    for named in actions:
        templates = [template for action in named for template in _templates(action)]
        fitting = {r for r in resources if r == "*" or any(fits(r, template) for template in templates)}
        accepted |= fitting
        if named and not fitting:
            takes = ", ".join(sorted(set(templates))) or "'*' only"
            yield f"Resource {', '.join(resources)} is of no type that {named[0].name} accepts: {takes}"
    if all(actions):
        for resource in sorted(set(resources) - accepted):
            yield f"Resource {resource!r} is of no type that one of the statement's actions accepts"


def _statement_faults(statement: Mapping[str, Any], place: Place) -> Iterator[str]:
    yield from _form_faults(statement)
    yield from _owner_faults(statement, place)
    patterns = _listed(statement.get("Action", statement.get("NotAction")))
    actions = [reference.matching(pattern) for pattern in patterns]
    for pattern, named in zip(patterns, actions, strict=True):
        if not named and pattern != "*":
            yield _unknown(pattern)
    if "Resource" in statement and "Action" in statement and "*" not in patterns:
        yield from resource_faults(_listed(statement["Resource"]), actions)
    if "Condition" in statement:
        yield from conditions.faults(statement["Condition"], actions if "Action" in statement else [])
    if "Principal" in statement:
        yield from principals.faults(statement["Principal"])


def _form_faults(statement: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(set(statement) - FIELDS):
        yield f"unknown field {name!r}"
    for name, value in statement.items():
        if value is None or value == []:
            yield f"{name} is {value!r}"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {statement.get('Effect')!r}, not 'Allow' or 'Deny'"
    if ("Action" in statement) == ("NotAction" in statement):
        yield "it needs one of Action and NotAction"
    if not SID.fullmatch(statement.get("Sid") or ""):
        yield f"Sid {statement['Sid']!r} has characters other than letters and digits"


def _owner_faults(statement: Mapping[str, Any], place: Place) -> Iterator[str]:
    """What the kind of policy needs or forbids."""
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    has_resource = "Resource" in statement or "NotResource" in statement
    if place.attribute in TRUST:
        if has_resource or not has_principal:
            yield "a trust policy needs a Principal and takes no Resource"
    elif place.resource.partition(".")[0] in IDENTITY:
        if has_principal or not has_resource:
            yield "a policy of a role needs a Resource and takes no Principal"
    elif not has_resource:
        yield "it needs a Resource"


def _unknown(pattern: str) -> str:
    service = pattern.partition(":")[0]
    if service.lower() not in reference.services():
        return (
            f"Action {pattern!r}: the service {service!r} is not in tests/schemas/iam; "
            "if it exists, add it in tests/judges/iam/refresh.py"
        )
    return f"Action {pattern!r} does not exist"


def _templates(action: Action) -> tuple[str, ...]:
    templates = action.templates or TEMPLATES.get(action.name, ())
    return templates + tuple(form for template in templates for form in FORMS.get(template, ()))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _twice(statements: Sequence[Mapping[str, Any]]) -> set[str]:
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    return {sid for sid in sids if sids.count(sid) > 1}
