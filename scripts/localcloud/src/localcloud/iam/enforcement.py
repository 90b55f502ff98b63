"""The request handler that limits a role to what its policies allow.

LocalStack admits every request, but it knows the caller: functions, executions, event source
mappings and destinations use credentials that its STS issued for their role.
"""

import logging

from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from localcloud.iam import routes, services
from localcloud.iam.conditions import Context
from localcloud.iam.judgement import judge
from localcloud.iam.record import RECORD
from localcloud.iam.refusals import refusal
from localcloud.iam.requests.call import call_of
from localcloud.iam.requests.table import needs_of
from localcloud.iam.roles import Session, role_arn, session_of

LOG = logging.getLogger(__name__)


def install() -> None:
    """Check each request before it reaches its service."""
    handlers.serve_custom_service_request_handlers.append(enforce)
    routes.install()


def enforce(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Raise AccessDenied if the role behind a request lacks a permission; see localcloud.iam."""
    if context.operation is None:
        return
    key = extract_access_key_id_from_auth_header(context.request.headers)
    session = session_of(key) if key else None
    if session is None:
        services.judge(context)
        return
    call = call_of(context)
    needs = needs_of(call)
    if needs is None:
        return
    keys = _request_keys(context, session)
    for need in needs:
        of_resource = services.statements_for_role(call, need, session)
        verdict = judge(session.account, session.role, need, keys, of_resource)
        if verdict.refused_because is not None:
            RECORD.refuse(session.role, need)
            LOG.warning("%s may not %s on %s", session.arn, need.action, need.resource)
            raise refusal(context, session, need, verdict.refused_because)
        for grant in verdict.grants:
            RECORD.use(session, grant)


def _request_keys(context: RequestContext, session: Session) -> Context:
    return {
        "aws:principalaccount": (session.account,),
        "aws:principalarn": (role_arn(session.account, session.role),),
        "aws:requestedregion": (context.region,),
        "aws:resourceaccount": (context.account_id,),
        # There is no TLS here; on AWS all our clients use it.
        "aws:securetransport": ("true",),
    }
