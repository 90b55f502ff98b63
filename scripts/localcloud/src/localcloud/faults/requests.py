"""Faults in requests from inside the cloud.

Functions, tasks and jobs have credentials that STS issued for their role; callers outside have a
long-term key, and LocalStack's services call each other internally. Only the first kind of request
meets faults: a test sees a broken cloud through what runs in it, while its own calls work.
"""

import http.client
import time

from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from localcloud.faults.errors import failed, throttled
from localcloud.faults.plan import CURRENT

# Prefixes of STS's keys: AWS's and LocalStack's.
_TEMPORARY = ("ASIA", "LSIA")
_COPY_HEADER = "X-Localcloud-Copy"
_LOST_HEADER = "X-Localcloud-Lose-Answer"
_COPY_SECONDS = 70


def install() -> None:
    """Consult the plan on each request before it reaches its service."""
    handlers.serve_custom_service_request_handlers.append(inject)
    handlers.run_custom_response_handlers.append(lose)


def inject(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Make a request go wrong: raise, wait, or mark it for `lose`."""
    if context.operation is None or not _is_from_inside(context):
        return
    rule = CURRENT.plan.decide(context.service.service_name, context.operation.name)
    match rule.fault if rule else None:
        case "throttle":
            raise throttled(context)
        case "error":
            raise failed(context)
        case "delay" if rule:
            time.sleep(rule.seconds)
        case "lose_answer":
            context.request.headers[_LOST_HEADER] = "1"
        case "duplicate":
            _send_copy(context)


def lose(_chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """Replace a response with an empty 500, like a load balancer that lost its server."""
    if context.request and _LOST_HEADER in context.request.headers:
        response.status_code = 500
        response.set_response(b"")


def _is_from_inside(context: RequestContext) -> bool:
    headers = context.request.headers
    if context.is_internal_call or _COPY_HEADER in headers:
        return False
    key = extract_access_key_id_from_auth_header(headers)
    return bool(key and key.startswith(_TEMPORARY))


def _send_copy(context: RequestContext) -> None:
    """Send the same request first, like a client whose first response was lost."""
    request = context.request
    host, _, port = request.host.partition(":")
    connection = http.client.HTTPConnection(host, int(port or 80), timeout=_COPY_SECONDS)
    try:
        headers = {**dict(request.headers), _COPY_HEADER: "1"}
        connection.request(request.method, request.full_path, request.get_data(), headers)
        connection.getresponse().read()
    finally:
        connection.close()
