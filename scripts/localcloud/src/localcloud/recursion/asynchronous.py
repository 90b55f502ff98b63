"""Drop an asynchronous invocation that would be one too many, and follow destinations."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.lambda_.analytics import FunctionStatus
from localstack.services.lambda_.invocation.event_manager import Poller, SQSInvocation

from localcloud.recursion.carrying import carrying
from localcloud.recursion.detection import arn_of
from localcloud.recursion.lineage import counted, header_of, of_header
from localcloud.wrapping import wrap

REFUSED = "RecursiveInvocationException"


def install() -> None:
    """Refused events end at once; without this, LocalStack repeats them for six hours."""

    @wrap(Poller, "_handle_invoke_exception")
    def handle(
        original: Callable[..., str],
        poller: Poller,
        event: SQSInvocation,
        error: Exception,
        config: Any,
    ) -> str:
        if not (isinstance(error, ClientError) and error.response["Error"]["Code"] == REFUSED):
            return original(poller, event, error, config)
        # AWS names no condition for this case.
        poller.process_failure_destination(event, None, config, REFUSED)
        poller.process_dead_letter_queue(event, {"errorMessage": str(error)})
        return str(FunctionStatus.invocation_error)

    for name in (
        "process_success_destination",
        "process_failure_destination",
        "process_dead_letter_queue",
    ):
        wrap(Poller, name)(_followed)


def _followed(
    original: Callable[..., Any], poller: Poller, event: SQSInvocation, *args: Any, **more: Any
) -> Any:
    """A destination belongs to the chain: it is Lambda that sends there."""
    header = event.invocation.trace_context["aws_trace_header"].to_header_str()
    function = poller.version_manager.function_version.id
    arn = arn_of(function.function_name, function.account, function.region)
    with carrying(header_of(counted(of_header(header), arn))):
        return original(poller, event, *args, **more)
