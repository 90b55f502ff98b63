"""What AWS's services do in their own name: the target's policy must allow it.

They assume a role that trusts them, invoke a function that permits it, or send to a queue whose
policy allows it. Each request of LocalStack's services names the service it comes from.
"""

import dataclasses
import json
import logging
from collections.abc import Callable

from localstack.aws.api import RequestContext
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.services.sqs.models import sqs_stores

from localcloud.iam.decision import Need, decide
from localcloud.iam.policies import Statement, parse
from localcloud.iam.record import RECORD
from localcloud.iam.refusals import denied
from localcloud.iam.requests.call import Call, call_of
from localcloud.iam.requests.table import needs_of
from localcloud.iam.roles import Session, account_and_name, role_arn, role_document

LOG = logging.getLogger(__name__)

type Statements = Callable[[Call, Need], list[Statement]]


def judge(context: RequestContext) -> None:
    """Refuse a service's request unless the target's policy allows it."""
    sender = context.internal_request_params or {}
    service = sender.get("service_principal")
    if not service:
        return
    call = call_of(context)
    statements = _POLICIES.get(call.action)
    if statements is None:
        return
    name = f"{service}.amazonaws.com"
    keys = {"aws:sourceaccount": (context.account_id,)}
    if source := sender.get("source_arn"):
        keys["aws:sourcearn"] = (source,)
    for need in needs_of(call) or []:
        allowing = [item for item in statements(call, need) if {name, "*"} & set(item.principals)]
        if not decide(allowing, need, keys).allowed:
            RECORD.refuse(name, need)
            LOG.warning("%s may not %s on %s", name, need.action, need.resource)
            message = (
                f"User: {name} is not authorized to perform: {need.action} on resource: "
                f"{need.resource} because no resource-based policy allows the {need.action} action"
            )
            raise denied(context, message)


def statements_for_role(call: Call, need: Need, session: Session) -> list[Statement]:
    """Return what the resource's own policy says of a role: in its account that is enough.

    A policy that names the account leaves it to the role's policies, but its Deny counts.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-resource-based.html
    """
    statements = _POLICIES.get(call.action)
    found = statements(call, need) if statements else []
    named = {"*", role_arn(session.account, session.role)}
    of_account = {session.account, f"arn:{call.partition}:iam::{session.account}:root"}
    return [
        item
        for item in found
        if set(item.principals) & (named if item.allows else named | of_account)
    ]


def _trust(_call: Call, need: Need) -> list[Statement]:
    document = role_document(*account_and_name(need.resource))
    if document is None:
        return []
    return [
        dataclasses.replace(
            statement,
            resources=("*",),
            # LocalStack does not report the resource for which a service assumes a role.
            conditions=tuple(item for item in statement.conditions if item[1] != "aws:sourcearn"),
        )
        for statement in parse("trust", document)
    ]


def _permissions(call: Call, need: Need) -> list[Statement]:
    name, _, qualifier = need.resource.partition(":function:")[2].partition(":")
    function = lambda_stores[call.account][call.region].functions.get(name)
    permission = function and function.permissions.get(qualifier or "$LATEST")
    if not permission:
        return []
    return list(parse("permission", json.dumps({"Statement": permission.policy.Statement})))


def _queue_policy(call: Call, need: Need) -> list[Statement]:
    queue = sqs_stores[call.account][call.region].queues.get(need.resource.rpartition(":")[2])
    document = queue and queue.attributes.get("Policy")
    return list(parse("queue", document)) if document else []


_POLICIES: dict[str, Statements] = {
    "sts:AssumeRole": _trust,
    "lambda:Invoke": _permissions,
    "sqs:SendMessage": _queue_policy,
}
