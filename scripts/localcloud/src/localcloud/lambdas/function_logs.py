"""Write function logs when and where Lambda does, and lose none in an update.

LocalStack writes a log when its invocation ends, and always to /aws/lambda/NAME; when a function's
code is updated, it discards the logs of invocations that have just ended.
"""

import weakref
from collections.abc import Callable
from typing import Any

from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.logs import QUEUE_SHUTDOWN, LogHandler, LogItem
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager

from localcloud.lambdas.executor import ProcessExecutor
from localcloud.wrapping import wrap

_DRAIN_SECONDS = 5
_MANAGERS: weakref.WeakValueDictionary[str, LambdaVersionManager] = weakref.WeakValueDictionary()


def install() -> None:
    """Write lines as they come, to the right group, and queued ones before the writer stops."""
    _write_while_it_runs()

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


def _write_while_it_runs() -> None:
    @wrap(LambdaVersionManager, "__init__")
    def init(
        original: Callable[..., None], manager: LambdaVersionManager, *args: Any, **kwargs: Any
    ) -> None:
        original(manager, *args, **kwargs)
        _MANAGERS[manager.id] = manager

    @wrap(ExecutionEnvironment, "invoke")
    def invoke(
        original: Callable[..., InvocationResult],
        environment: ExecutionEnvironment,
        invocation: Any,
    ) -> InvocationResult:
        manager = _MANAGERS.get(environment.version_manager_id)
        if manager is not None and isinstance(environment.runtime_executor, ProcessExecutor):
            environment.runtime_executor.write_log = _writer(manager.log_handler, environment)
        return original(environment, invocation)

    @wrap(LambdaVersionManager, "store_logs")
    def store_logs(
        original: Callable[..., None],
        manager: LambdaVersionManager,
        invocation_result: InvocationResult,
        execution_env: ExecutionEnvironment,
    ) -> None:
        executor = execution_env.runtime_executor
        if not isinstance(executor, ProcessExecutor) or executor.write_log is None:
            original(manager, invocation_result, execution_env)


def _writer(handler: LogHandler, environment: ExecutionEnvironment) -> Callable[[str], None]:
    def write(text: str) -> None:
        group, stream = environment.get_log_group_name(), environment.get_log_stream_name()
        handler.add_logs(LogItem(group, stream, text))

    return write
