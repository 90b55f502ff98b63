"""Refuse an invocation whose payload is not JSON, as AWS does, before the function is reached.

LocalStack hands it to the function, whose runtime client fails: an error of the function's.
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import io
import json
from collections.abc import Callable
from typing import Any

from localstack.aws.api.lambda_ import InvalidRequestContentException
from localstack.services.lambda_.provider import LambdaProvider

from localcloud.json_constants import no_constant
from localcloud.wrapping import wrap


def install() -> None:
    """Check before LocalStack does anything."""

    @wrap(LambdaProvider, "invoke")
    def invoke(original: Callable[..., Any], *args: Any, payload: Any = None, **more: Any) -> Any:
        if payload is not None:
            data = payload if isinstance(payload, bytes) else payload.read()
            _check(data)
            payload = io.BytesIO(data)
        return original(*args, payload=payload, **more)


def _check(data: bytes) -> None:
    if not data:
        return
    try:
        json.loads(data.decode(), parse_constant=no_constant)
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: {error}", Type="User"
        ) from error
