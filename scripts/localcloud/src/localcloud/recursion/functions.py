"""Count the invocations in each chain of requests, and refuse one too many.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api.lambda_ import InvocationType, RecursiveInvocationException
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.utils.xray.trace_header import TraceHeader

from localcloud.recursion import asynchronous, buses, objects, queues, topics
from localcloud.recursion.detection import arn_of, refuses
from localcloud.recursion.lineage import counted, of_header, text
from localcloud.wrapping import wrap

_MESSAGE = (
    "Lambda has detected your function being invoked in a recursive loop with other AWS resources "
    "and stopped your function's invocation."
)
# These do not run the function yet.
_LATER = (InvocationType.Event, InvocationType.DryRun)


def install() -> None:
    """Check each invocation, and follow the chain through what leads to one."""
    for part in (asynchronous, buses, objects, queues, topics):
        part.install()

    @wrap(LambdaService, "invoke")
    def invoke(original: Callable[..., Any], service: LambdaService, **call: Any) -> Any:
        if call["invocation_type"] not in _LATER:
            call["trace_context"] = _with_this_one(call)
        return original(service, **call)


def _with_this_one(call: dict[str, Any]) -> dict[str, Any]:
    """Return the call's trace context with this invocation in its lineage."""
    given = call.get("trace_context") or {}
    header = given.get("aws_trace_header") or TraceHeader().ensure_root_exists()
    arn = arn_of(call["function_name"], call["account_id"], call["region"])
    lineage = of_header(header.to_header_str())
    if refuses(arn, lineage):
        raise RecursiveInvocationException(_MESSAGE, Type="User")
    now = TraceHeader(
        root=header.root,
        parent=header.parent,
        sampled=header.sampled,
        data=header.data,
        lineage=text(counted(lineage, arn)),
    )
    return {**given, "aws_trace_header": now}
