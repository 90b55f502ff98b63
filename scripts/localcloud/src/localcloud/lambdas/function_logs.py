"""Function logs go to the log group that LoggingConfig names, and none is lost at an update.

LocalStack always wrote to /aws/lambda/NAME, and when a function's code was updated it threw away
the logs of invocations that had just ended.
"""

from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler

from localcloud.wrapping import wrap

_DRAIN_SECONDS = 5


def install() -> None:
    """Name the right group, and write what is queued before the writer stops."""

    @wrap(ExecutionEnvironment, "get_log_group_name")
    def group(original: Callable[..., str], environment: ExecutionEnvironment) -> str:
        named = environment.function_version.config.logging_config.get("LogGroup")
        return str(named or original(environment))

    @wrap(LogHandler, "stop")
    def stop(original: Callable[..., Any], handler: LogHandler) -> None:
        if handler._thread is not None:
            handler.log_queue.put(QUEUE_SHUTDOWN)
            handler._thread.join(timeout=_DRAIN_SECONDS)
        original(handler)
