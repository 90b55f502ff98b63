"""Write function logs to the log group that LoggingConfig names, and lose none in an update.

LocalStack always writes to /aws/lambda/NAME, and when a function's code is updated, it discards
the logs of invocations that have just ended.
"""

from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler

from localcloud.wrapping import wrap

_DRAIN_SECONDS = 5


def install() -> None:
    """Return the right group, and write queued logs before the writer stops."""

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
