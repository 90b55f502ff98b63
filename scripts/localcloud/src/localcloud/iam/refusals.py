"""AccessDenied in the words and codes of each service."""

from localstack.aws.api import CommonServiceException, RequestContext

from localcloud.iam.decision import Decision, Need
from localcloud.iam.roles import Session

_FORBIDDEN = 403
# By protocol; services that differ from their protocol's others follow.
_CODES = {
    "json": ("AccessDeniedException", 400),
    "rest-json": ("AccessDeniedException", _FORBIDDEN),
}
_CODES_OF_SERVICES = {
    "ec2": ("UnauthorizedOperation", _FORBIDDEN),
    "sns": ("AuthorizationError", _FORBIDDEN),
    "sqs": ("AccessDeniedException", _FORBIDDEN),
}


class AccessDeniedException(CommonServiceException):
    """A refusal. The class has the name that services give it which spoke another protocol once."""


def refusal(
    context: RequestContext, session: Session, need: Need, decision: Decision
) -> AccessDeniedException:
    """The error to be raised.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    # SQS tells of its actions in small letters.
    action = need.action.lower() if need.action.startswith("sqs:") else need.action
    why = (
        "with an explicit deny in an identity-based policy"
        if decision.denied_by
        else f"because no identity-based policy allows the {action} action"
    )
    return denied(
        context,
        f"User: {session.arn} is not authorized to perform: {action} on resource: "
        f"{need.resource} {why}",
    )


def denied(context: RequestContext, message: str) -> AccessDeniedException:
    """A refusal in the service's own code."""
    name = context.service.service_name
    fallback = _CODES.get(context.protocol, ("AccessDenied", _FORBIDDEN))
    code, status = _CODES_OF_SERVICES.get(name, fallback)
    if name == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return AccessDeniedException(code, message, status_code=status, sender_fault=True)
