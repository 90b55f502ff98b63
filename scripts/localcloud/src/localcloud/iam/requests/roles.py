"""IAM: roles with their paths, and what conditions may ask of a change to them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

import dataclasses

from localcloud.iam.decision import Need
from localcloud.iam.requests import simple
from localcloud.iam.requests.call import Call
from localcloud.iam.roles import boundary_arn, role_arn

# What a condition on iam:PermissionsBoundary judges: the boundary that is given.
_GIVE_BOUNDARY = ("CreateRole", "PutRolePermissionsBoundary")
# The one that the role has.
_BOUNDED = (
    "AttachRolePolicy",
    "DeleteRolePermissionsBoundary",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePolicy",
)


def needs(call: Call) -> list[Need]:
    """Return what a request needs."""
    name = call.text("RoleName")
    if not name:
        return simple.needs(call)
    # A new role's path is in the request.
    path = call.text("Path")
    arn = f"arn:{call.partition}:iam::{call.account}:role{path}{name}" if path else None
    need = Need(action=call.action, resource=arn or role_arn(call.account, name))
    boundary = None
    if call.operation in _GIVE_BOUNDARY:
        boundary = call.text("PermissionsBoundary")
    elif call.operation in _BOUNDED:
        boundary = boundary_arn(call.account, name)
    keys = {"iam:permissionsboundary": boundary, "iam:policyarn": call.text("PolicyArn")}
    context = {key: (value,) for key, value in keys.items() if value}
    return [dataclasses.replace(need, context=context)]
