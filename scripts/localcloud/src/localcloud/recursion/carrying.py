"""Send a chain's lineage on where LocalStack itself delivers to Lambda, SQS or SNS.

A function's requests carry it already: botocore copies `_X_AMZN_TRACE_ID` into each of them. What
a service sends because of such a request does not.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from localstack.aws import connect

from localcloud.recursion.lineage import HEADER, header_of, of_header
from localcloud.wrapping import wrap

# The services through which Lambda follows a chain; S3 receives nothing from another service.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
_FOLLOWED = {"lambda", "sqs", "sns"}
_CARRIED: ContextVar[str] = ContextVar("carried", default="")


@contextlib.contextmanager
def carrying(header: str | None) -> Iterator[None]:
    """Give requests to the followed services in this block the lineage of a trace header."""
    lineage = of_header(header)
    token = _CARRIED.set(header_of(lineage) if lineage else "")
    try:
        yield
    finally:
        _CARRIED.reset(token)


def install() -> None:
    """Extend the hook of LocalStack's internal clients; installed before any is made."""

    @wrap(connect, "_handler_inject_dto_header")
    def inject(
        original: Callable[..., None],
        params: dict[str, Any],
        context: dict[str, Any],
        *,
        model: Any = None,
        **more: Any,
    ) -> None:
        original(params, context, model=model, **more)
        carried = _CARRIED.get()
        if carried and model and model.service_model.service_name in _FOLLOWED:
            params["headers"].setdefault(HEADER, carried)
