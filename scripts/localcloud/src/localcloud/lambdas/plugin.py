"""The entry point by which LocalStack finds the executor; importing it costs nothing."""

from typing import TYPE_CHECKING

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

if TYPE_CHECKING:
    from localcloud.lambdas.executor import ProcessExecutor


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """LAMBDA_RUNTIME_EXECUTOR=process."""

    name = "process"

    def load(self, *_args: object, **_kwargs: object) -> "type[ProcessExecutor]":
        """Give the executor class; the argument list is plux's."""
        from localcloud.lambdas.executor import ProcessExecutor

        return ProcessExecutor
