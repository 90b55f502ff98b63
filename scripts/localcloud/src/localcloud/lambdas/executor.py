"""LocalStack's runtime executor interface, implemented with a plain process."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from functools import cache
from pathlib import Path

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import (
    LambdaRuntimeException,
    RuntimeExecutor,
)

from localcloud.lambdas import report, running
from localcloud.lambdas.invocation_log import InvocationLog, LogSource
from localcloud.lambdas.process import FunctionProcess, Launch
from localcloud.lambdas.runtime_api import (
    ApiClosedError,
    Invocation,
    ProcessExitedError,
    Response,
)

PYTHON_VARIABLE = "LOCALCLOUD_LAMBDA_PYTHON"
# From LocalStack's environment a function gets only the mark of this cloud's processes.
_INHERITED = ("LOCALCLOUD_ID",)
_PATH = "/usr/local/bin:/usr/bin:/bin"


class ProcessExecutor(RuntimeExecutor):
    """One execution environment: at most one process, replaced after a crash or a timeout."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002
        """Prepare; LocalStack calls `start` next."""
        super().__init__(id=id, function_version=function_version)
        self._environment: dict[str, str] = {}
        self._process: FunctionProcess | None = None
        self._init_error: bytes | None = None
        self._init_ms: float | None = None
        self._stopped = False
        # Where its log is written while it grows; None: nowhere.
        self.write_log: Callable[[str], None] | None = None

    def start(self, env_vars: Mapping[str, object]) -> None:
        """Start the process and its init phase.

        As on AWS, the first invocation reports a failed init, so that it reaches the function's
        log; the next invocation retries the init.
        """
        self._environment = function_environment(self.function_version, env_vars)
        self._init()

    def _init(self) -> None:
        config = self.function_version.config
        begun = time.monotonic()
        self._process = process = FunctionProcess(
            Launch(
                python=lambda_python(),
                handler=config.handler,
                code=Path(config.code.get_unzipped_code_location()),
                environment=self._environment,
            )
        )
        running.add(self.function_version.id.function_name, process)
        if self._stopped:  # stop() may have missed this process.
            process.kill()
            raise CancelledError("stopped during init")
        try:
            self._init_error = process.api.await_init()
        except ProcessExitedError:
            self._init_error = _error("Runtime.ExitError", process.exit_description)
        except ApiClosedError as closed:
            raise CancelledError("stopped during init") from closed
        self._init_ms = (time.monotonic() - begun) * 1000

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one invocation to its end and return its result and log."""
        begun = time.monotonic()
        self._ensure_process()
        request_id, error = payload["invoke-id"], self._init_error
        with self._log(request_id) as log:
            try:
                response, problem = self._answer(payload) if error is None else _init_failure(error)
            except ApiClosedError as closed:
                raise CancelledError("stopped during an invocation") from closed
            text = log.close(self._end(request_id, problem, (time.monotonic() - begun) * 1000))
        if problem is not None:
            self._discard_process()
        return InvocationResult(
            request_id=request_id, payload=response.body, is_error=response.is_error, logs=text
        )

    def _log(self, request_id: str) -> InvocationLog:
        first = report.start(request_id, self.function_version.id.qualifier, is_json=self._is_json)
        return InvocationLog(first, LogSource(read=self._running().take_log, write=self.write_log))

    @property
    def _is_json(self) -> bool:
        return bool(self.function_version.config.logging_config.get("LogFormat") == "JSON")

    def _ensure_process(self) -> None:
        """Replace a process that a timeout, a crash or an outsider ended."""
        if self._process is not None and self._init_error is None and not self._process.alive:
            self._discard_process()
        if self._process is None:
            self._init()

    def _answer(self, payload: dict[str, str]) -> tuple[Response, str | None]:
        process, request_id = self._running(), payload["invoke-id"]
        timeout = float(self.function_version.config.timeout)
        invocation = Invocation(
            request_id=request_id,
            payload=payload["payload"].encode(),
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
            deadline_ms=int((time.time() + timeout) * 1000),
        )
        try:
            return process.invoke(invocation, timeout), None
        except TimeoutError:
            message = f"Task timed out after {timeout:.2f} seconds"
            error = _error("Sandbox.Timedout", f"RequestId: {request_id} Error: {message}")
            return Response(body=error, is_error=True), f"{report.now()} {request_id} {message}"
        except ProcessExitedError:
            message = f"Error: Runtime exited with error: {process.exit_description}"
            error = _error("Runtime.ExitError", f"RequestId: {request_id} {message}")
            return Response(body=error, is_error=True), f"RequestId: {request_id} {message}"

    def _end(self, request_id: str, problem: str | None, duration_ms: float) -> str:
        """Return what Lambda writes below the function's own lines."""
        facts = report.Report(
            request_id=request_id,
            duration_ms=duration_ms,
            memory_size_mb=self.function_version.config.memory_size,
            peak_memory_mb=self._running().peak_memory_mb(),
            init_ms=self._init_ms,
            problem=problem,
        )
        self._init_ms = None
        return report.end(facts, is_json=self._is_json)

    def _running(self) -> FunctionProcess:
        if self._process is None:
            raise CancelledError("the environment was stopped")
        return self._process

    def _discard_process(self) -> None:
        process, self._process = self._process, None
        self._init_error = None
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """Kill the process; callers that wait for it get CancelledError."""
        self._stopped = True
        self._discard_process()

    def get_logs(self) -> str:
        """Return what the process has written since the last invocation."""
        return self._process.take_log() if self._process else ""

    def get_address(self) -> str:
        """Functions run on this machine."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Functions find LocalStack on this machine."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """LocalStack's own init binary would call back here; awslambdaric does not."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack the code, or refuse it if a plain Python process cannot run it."""
        config = function_version.config
        if not (config.runtime or "").startswith("python"):
            raise LambdaRuntimeException("the local cloud supports only zipped Python functions")
        if config.layers:
            raise LambdaRuntimeException("the local cloud does not support Lambda layers")
        config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Do nothing: LocalStack removes the code, and there is nothing else."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Refuse to start without an interpreter that can run functions."""
        lambda_python()
        return True


@cache
def lambda_python() -> str:
    """Return the interpreter that runs functions: one with awslambdaric, not LocalStack's own."""
    given = os.environ.get(PYTHON_VARIABLE)
    if not given:
        raise LambdaRuntimeException(f"{PYTHON_VARIABLE} must name a Python with awslambdaric")
    path = shutil.which(given)
    if path is None:
        raise LambdaRuntimeException(f"{PYTHON_VARIABLE}={given} is not an executable file")
    check = subprocess.run([path, "-c", "import awslambdaric"], capture_output=True, check=False)
    if check.returncode != 0:
        raise LambdaRuntimeException(f"{PYTHON_VARIABLE}={given} cannot import awslambdaric")
    return path


def function_environment(
    function_version: FunctionVersion, given: Mapping[str, object]
) -> dict[str, str]:
    """Return the environment of a function's process: AWS's reserved variables and its own."""
    config = function_version.config
    environment = {name: str(value) for name, value in given.items() if value is not None}
    environment |= {
        "LAMBDA_TASK_ROOT": str(config.code.get_unzipped_code_location()),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.runtime}",
    }
    environment.pop("LAMBDA_RUNTIME_DIR", None)
    level = config.logging_config.get("ApplicationLogLevel")
    if level is not None and "AWS_LAMBDA_LOG_LEVEL" in environment:
        environment["AWS_LAMBDA_LOG_LEVEL"] = level.upper()
    environment |= {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {"PATH": _PATH, "LANG": "en_US.UTF-8"} | environment


def _init_failure(error: bytes) -> tuple[Response, str]:
    kind = json.loads(error).get("errorType", "Runtime.Unknown")
    return Response(body=error, is_error=True), f"INIT_REPORT Status: error Error Type: {kind}"


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
