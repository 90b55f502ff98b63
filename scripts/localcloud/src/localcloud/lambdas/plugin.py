"""The entry point through which LocalStack finds the executor; cheap to import."""

from typing import TYPE_CHECKING

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

if TYPE_CHECKING:
    from localcloud.lambdas.executor import ProcessExecutor


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """LAMBDA_RUNTIME_EXECUTOR=process."""

    name = "process"

    def load(self, *_args: object, **_kwargs: object) -> "type[ProcessExecutor]":
        """Return the executor class; plux defines the arguments."""
        from localcloud.lambdas.executor import ProcessExecutor

        return ProcessExecutor
