"""Operations that name what they make by something other than an ARN, and those that pass roles.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.iam.decision import Need
from localcloud.iam.requests.call import Call


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """The resource, None if a parameter has the ARN; which parameters are roles, passed to whom."""

    resource: str | None = None
    roles: tuple[str, ...] = ()
    service: str = ""


_TASKS = "ecs-tasks.amazonaws.com"
_RULES: Mapping[str, _Rule] = {
    "batch:RegisterJobDefinition": _Rule(
        resource="job-definition/{jobDefinitionName}",
        roles=(
            "containerProperties.jobRoleArn",
            "containerProperties.executionRoleArn",
            "ecsProperties.taskProperties.taskRoleArn",
            "ecsProperties.taskProperties.executionRoleArn",
        ),
        service=_TASKS,
    ),
    "ecs:RegisterTaskDefinition": _Rule(
        # It will get the next revision.
        resource="task-definition/{family}:*",
        roles=("taskRoleArn", "executionRoleArn"),
        service=_TASKS,
    ),
    "lambda:CreateFunction": _Rule(roles=("Role",), service="lambda.amazonaws.com"),
    "lambda:UpdateFunctionConfiguration": _Rule(roles=("Role",), service="lambda.amazonaws.com"),
    "states:CreateActivity": _Rule(resource="activity:{name}"),
    "states:CreateStateMachine": _Rule(
        resource="stateMachine:{name}", roles=("roleArn",), service="states.amazonaws.com"
    ),
    "states:UpdateStateMachine": _Rule(roles=("roleArn",), service="states.amazonaws.com"),
    "cloudwatch:PutMetricAlarm": _Rule(resource="alarm:{AlarmName}"),
    "cloudwatch:DescribeAlarms": _Rule(resource="alarm:{AlarmNames}"),
    "cloudwatch:DeleteAlarms": _Rule(resource="alarm:{AlarmNames}"),
}


def needs(call: Call, simple: Callable[[Call], list[Need]]) -> list[Need] | None:
    """Return what such an operation needs; None if it is none of them."""
    rule = _RULES.get(call.action)
    if rule is None:
        return None
    found = simple(call)
    if rule.resource is not None:
        found = [
            Need(action=call.action, resource=call.arn(name))
            for name in _names(call, rule.resource)
        ]
    roles = dict.fromkeys(role for name in rule.roles for role in _inner(call.parameters, name))
    context = {"iam:passedtoservice": (rule.service,)}
    return [
        *found,
        *(Need(action="iam:PassRole", resource=role, context=context) for role in roles),
    ]


def _names(call: Call, template: str) -> list[str]:
    """Fill in a parameter's value; each of its values, if it is a list."""
    parameter = template.partition("{")[2].partition("}")[0]
    value = call.parameters.get(parameter) or "*"
    return [
        template.format(**{parameter: one})
        for one in ([value] if isinstance(value, str) else value)
    ]


def _inner(value: Any, path: str) -> list[str]:
    """Return the texts at a path of names, of each item where there is a list."""
    if isinstance(value, list):
        return [text for item in value for text in _inner(item, path)]
    if not path:
        return [str(value)] if value else []
    name, _, rest = path.partition(".")
    return _inner(value.get(name), rest) if isinstance(value, Mapping) else []
