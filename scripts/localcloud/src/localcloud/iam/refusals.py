"""AccessDenied with each service's wording and code."""

from localstack.aws.api import CommonServiceException, RequestContext

from localcloud.iam.decision import Need
from localcloud.iam.judgement import action_shown
from localcloud.iam.roles import Session

_FORBIDDEN = 403
# By protocol; _CODES_OF_SERVICES holds the exceptions.
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
    """A refusal. Services that have changed protocols expect this class name."""


def refusal(
    context: RequestContext, session: Session, need: Need, why: str
) -> AccessDeniedException:
    """Return the error to raise.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    return denied(
        context,
        f"User: {session.arn} is not authorized to perform: {action_shown(need)} on resource: "
        f"{need.resource} {why}",
    )


def denied(context: RequestContext, message: str) -> AccessDeniedException:
    """Return a refusal with the service's own code."""
    name = context.service.service_name
    fallback = _CODES.get(context.protocol, ("AccessDenied", _FORBIDDEN))
    code, status = _CODES_OF_SERVICES.get(name, fallback)
    if name == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return AccessDeniedException(code, message, status_code=status, sender_fault=True)
