"""Refuse what the service's model does not allow, from everything that runs in the cloud.

The library's clients do not validate what they send; on AWS the services do. This judges the
requests of functions, tasks and jobs: of all callers with credentials from STS.
"""

import json
import logging
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response
from localstack.services.edge import ROUTER
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

from localcloud import constraints
from localcloud.iam.roles import session_of

PATH = "/_localcloud/malformed-requests"
LOG = logging.getLogger(__name__)
_refused: list[str] = []


def install() -> None:
    """Check each request before it reaches its service; tell a GET what was refused."""
    handlers.serve_custom_service_request_handlers.append(check)
    ROUTER.add(PATH, _answer, methods=["GET"])


def check(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Raise ValidationException with every violation of the service's model."""
    if context.operation is None or context.operation.input_shape is None:
        return
    key = extract_access_key_id_from_auth_header(context.request.headers)
    if not key or session_of(key) is None:
        return
    shape = context.operation.input_shape
    found = list(constraints.problems(shape, context.service_request or {}))
    if context.protocol in ("json", "rest-json") and "payload" not in shape.serialization:
        found += constraints.problems_in_json(shape, _body(context))
    if found:
        message = constraints.message(found)
        _refused.append(f"{context.service.service_name} {context.operation.name}: {message}")
        LOG.warning(_refused[-1])
        raise CommonServiceException("ValidationException", message, sender_fault=True)


def _body(context: RequestContext) -> Any:
    data = context.request.get_data()
    return json.loads(data) if data else {}


def _answer(_request: Any, **_: object) -> Response:
    return Response(json.dumps(_refused), mimetype="application/json")
