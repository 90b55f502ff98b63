"""Refuse text that is not Unicode as AWS does, never with an internal error.

A lone surrogate cannot be encoded: SQS documents its refusal, and Step Functions excludes
surrogates from names. Elsewhere the error is not documented: here it is the service's error for a
malformed value. Step Functions also refuses a lone surrogate that is escaped in JSON, which is not
documented either, but strict; an escaped NUL passes, and so does NUL where AWS documents no limit.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

# Not allowed in messages either, but it can be encoded: SQS itself refuses it, entry by entry.
_REFUSED_BY_SQS = "\ufffe"
_CODES = {
    "stepfunctions": {
        "input": "InvalidExecutionInput",
        "output": "InvalidOutput",
        "name": "InvalidName",
        "definition": "InvalidDefinition",
    },
}
_DEFAULT_CODES = {
    "stepfunctions": "ValidationException",
    "dynamodb": "ValidationException",
    "events": "ValidationException",
}


def install() -> None:
    """Check each request before it reaches its service."""
    handlers.serve_custom_service_request_handlers.append(refuse)


def refuse(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Raise the service's error if a parameter contains a lone surrogate."""
    if context.operation is None or not context.service_request:
        return
    service, request = context.service.service_name, context.service_request
    if service == "sqs":
        if _is_broken(request):
            context.service_request = _replaced(request)
        return
    for name, value in request.items():
        if _is_broken(value) or (service in _CODES and _is_broken_json(value)):
            code = _CODES.get(service, {}).get(name)
            code = code or _DEFAULT_CODES.get(service, "SerializationException")
            raise CommonServiceException(code, f"Value at '{name}' contains a lone surrogate")


def _is_broken(value: Any) -> bool:
    return any(not is_unicode(text) for text in _texts(value))


def _is_broken_json(value: Any) -> bool:
    if not isinstance(value, str) or "\\u" not in value:
        return False
    try:
        return _is_broken(json.loads(value))
    except ValueError:
        return False


def is_unicode(text: str) -> bool:
    """Return whether the text can be encoded as UTF-8."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield str(name)
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        kept = value if is_unicode(value) else value.encode(errors="replace").decode()
        return kept if kept is value else kept + _REFUSED_BY_SQS
    if isinstance(value, Mapping):
        return {name: _replaced(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_replaced(member) for member in value]
    return value
