"""Let StopExecution, an execution's timeout or a failed sibling branch end a waiting state.

LocalStack marks the frames as ended, but a state that waits on an activity's task sleeps until its
own timeout, and its execution stays RUNNING. Once woken up, the state must not count as failed: it
records no event, is not retried, and leaves the execution's outcome unchanged.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.component.common.retry import retrier_decl
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import EvalTimeoutError
from localstack.services.stepfunctions.asl.component.program.program import Program
from localstack.services.stepfunctions.asl.component.state.state import CommonStateField
from localstack.services.stepfunctions.asl.component.state.state_execution.execute_state import (
    ExecutionState,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.inline_iteration_component import (  # noqa: E501
    InlineIterationComponent,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel.branches_decl import (  # noqa: E501
    BranchesDecl,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.program_state import (
    ProgramStopped,
    ProgramTimedOut,
)
from localstack.services.stepfunctions.backend.execution import BaseExecutionWorkerCommunication
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker

from localcloud.stepfunctions import frames
from localcloud.wrapping import wrap

_START_SECONDS = 5.0
_retrying = threading.local()


class Pruned(BaseException):
    """The state's execution is over. Not an Exception, so no handler treats it as a failure."""


def install() -> None:
    """Wake up waiting states when their frame ends, and end them silently."""
    _keep_the_end()
    frames.on_end(_wake)
    _prune()
    skip_ended_programs()
    delay_stops_until_the_first_state()
    _keep_error_and_cause()
    _interrupt_retry_intervals()


def _keep_the_end() -> None:
    @wrap(Environment, "set_error")
    def set_error(original: Callable[..., None], frame: Environment, error: Any) -> None:
        if not isinstance(frame.program_state(), ProgramStopped | ProgramTimedOut):
            original(frame, error=error)


def _wake(frame: Environment) -> None:
    endpoint = frames.endpoint_of(frame)
    if endpoint is not None:
        frames.wake(endpoint)


def _prune() -> None:
    @wrap(ExecutionState, "_evaluate_with_timeout")
    def evaluate(original: Callable[..., None], state: ExecutionState, env: Environment) -> None:
        try:
            original(state, env)
        except Exception:
            if env.is_running():
                raise
            raise Pruned from None

    @wrap(CommonStateField, "_eval_body")
    def eval_state(original: Callable[..., None], state: Any, env: Environment) -> None:
        try:
            original(state, env)
        except Pruned:
            return  # The caller sees that the frame has ended, and stops.

    # Otherwise a stopped Parallel or Map, whose branches have ended or never begun, would record
    # success.
    _leave_when_over(BranchesDecl)
    _leave_when_over(InlineIterationComponent)


def _leave_when_over(component: type[Any]) -> None:
    @wrap(component, "eval")
    def eval_component(original: Callable[..., None], branches: Any, env: Environment) -> None:
        original(branches, env)
        if not env.is_running():
            raise EvalTimeoutError


def skip_ended_programs() -> None:
    """Let a branch or item return if its frame ends before its first state.

    LocalStack raises there: the branch's thread dies, and the Parallel waits for it forever.
    """

    @wrap(Program, "eval")
    def eval_program(original: Callable[..., None], program: Program, env: Environment) -> None:
        try:
            original(program, env)
        except RuntimeError:
            if env.is_running():
                raise


def delay_stops_until_the_first_state() -> None:
    """Make a stop wait for the execution to begin.

    Before that, there is nothing to stop; and a program stopped just before its first state is
    skipped entirely, so its history would never end.
    """

    @wrap(ExecutionWorker, "stop")
    def stop(original: Callable[..., None], worker: ExecutionWorker, **kwargs: Any) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _has_begun(worker.env) and time.monotonic() < deadline:
            time.sleep(0.005)
        original(worker, **kwargs)


def _has_begun(env: Environment | None) -> bool:
    if env is None or env.program_state() is None:
        return False
    return "State" in env.states.context_object.context_object_data or not env.is_running()


def _keep_error_and_cause() -> None:
    @wrap(BaseExecutionWorkerCommunication, "_reflect_execution_status")
    def reflect(
        original: Callable[..., None], communication: BaseExecutionWorkerCommunication
    ) -> None:
        execution = communication.execution
        state = execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            execution.error, execution.cause = state.error, state.cause
        original(communication)


def _interrupt_retry_intervals() -> None:
    @wrap(retrier_decl.RetrierDecl, "_eval_body")
    def retry(original: Callable[..., None], retrier: Any, env: Environment) -> None:
        _retrying.env = env
        original(retrier, env)

    retrier_decl.time = _RetryClock


class _RetryClock:
    """Replaces the module `time` where LocalStack sleeps between two attempts of a state."""

    @staticmethod
    def sleep(seconds: float) -> None:
        env = _retrying.env
        deadline = time.monotonic() + seconds
        while env.is_running() and (left := deadline - time.monotonic()) > 0:
            # The event is set only for an instant and may be missed, so check once a second.
            env.program_state_event.wait(min(left, 1.0))
