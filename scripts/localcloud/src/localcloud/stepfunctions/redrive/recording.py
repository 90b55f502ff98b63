"""Record each run's progress, and begin a run where the last one ended.

A Task, Parallel or Map that runs once more is not entered again: its history goes on with what it
schedules, and its context keeps EnteredTime. AWS documents neither. Retry counts from zero. If all
branches or items were done, as after an output that was too large, all run again.
"""

import threading
from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.component.program.program import Program
from localstack.services.stepfunctions.asl.component.state.state import CommonStateField
from localstack.services.stepfunctions.asl.component.state.state_execution.execute_state import (
    ExecutionState,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.inline_iteration_component import (  # noqa: E501
    InlineIterationComponent,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.iteration_worker import (  # noqa: E501
    IterationWorker,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.job import (  # noqa: E501
    JobClosed,
    JobPool,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel.branches_decl import (  # noqa: E501
    BranchesDecl,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventManager
from localstack.services.stepfunctions.asl.eval.program_state import ProgramEnded

from localcloud.stepfunctions.redrive.progress import Progress
from localcloud.wrapping import wrap

type Original = Callable[..., Any]
_thread = threading.local()


def install() -> None:
    """Give each frame its node, and record in it."""
    _inherit("open_frame")
    _inherit("open_inner_frame")
    _run_programs()
    _record_states()
    _count_attempts()
    _number_branches()
    _number_items()


def _inherit(method: str) -> None:
    @wrap(Environment, method)
    def open_frame(original: Original, env: Environment, *args: Any, **named: Any) -> Environment:
        frame = original(env, *args, **named)
        frame.progress = getattr(env, "progress", None)
        return frame


def _run_programs() -> None:
    @wrap(Program, "_eval_body")
    def run(original: Original, program: Program, env: Environment) -> None:
        node = _node(program, env)
        if node.is_done:
            env.states.reset(input_value=node.output)
            env.set_ended()
            return
        if node.is_resuming:
            env.next_state_name = node.state
            env.states.reset(input_value=node.input)
            env.variable_store._inner_scope.update(node.variables)
        original(program, env)
        # A frame may also be ended from outside, before its last state is left.
        if isinstance(env.program_state(), ProgramEnded) and env.has_left:
            node.is_done, node.output = True, env.states.get_input()


def _node(program: Program, env: Environment) -> Progress:
    parent: Progress | None = getattr(env, "progress", None)
    if parent is None or not env.is_frame():
        env.progress = parent or Progress()
    else:
        index = vars(env).get("item_index", getattr(program, "branch_index", 0))
        env.progress = parent.child(index)
    env.has_left = False
    node: Progress = env.progress
    return node


def _record_states() -> None:
    @wrap(CommonStateField, "_eval_body")
    def enter(original: Original, state: Any, env: Environment) -> None:
        # TestState evaluates a state outside a machine.
        node: Progress = vars(env).setdefault("progress", None) or Progress()
        env.progress = node
        env.is_resuming = node.is_resuming and isinstance(state, ExecutionState)
        if not node.is_resuming:
            node.enter(state.name, env.states.get_input(), env.variable_store._inner_scope)
        node.is_resuming, env.has_left = False, False
        env.event_history_context.skips_event = env.is_resuming
        original(state, env)

    _skip_entries()

    @wrap(CommonStateField, "_eval_state_input")
    def read_input(original: Original, state: Any, env: Environment) -> None:
        data = env.states.context_object.context_object_data
        if env.is_resuming:
            data["State"].update(env.progress.entered)
        env.progress.entered = dict(data["State"])
        original(state, env)

    @wrap(CommonStateField, "_get_state_exited_event_details")
    def leave(original: Original, state: Any, env: Environment) -> Any:
        env.has_left = True
        return original(state, env)


def _skip_entries() -> None:
    @wrap(EventManager, "add_event")
    def add_event(original: Original, manager: Any, context: Any, **event: Any) -> Any:
        if vars(context).pop("skips_event", False):
            return context.source_event_id
        return original(manager, context=context, **event)


def _count_attempts() -> None:
    @wrap(ExecutionState, "_evaluate_with_timeout")
    def attempt(original: Original, state: Any, env: Environment) -> None:
        # Only the first attempt after a redrive goes on where the last one ended.
        if not vars(env).pop("is_resuming", False):
            env.progress.children.clear()
        original(state, env)


def _number_branches() -> None:
    @wrap(BranchesDecl, "__init__")
    def init(original: Original, branches: Any, programs: list[Program]) -> None:
        original(branches, programs=programs)
        for index, program in enumerate(programs):
            program.branch_index = index

    @wrap(BranchesDecl, "_eval_body")
    def run(original: Original, branches: Any, env: Environment) -> None:
        if len(env.progress.done()) == len(branches.programs):
            env.progress.children.clear()
        original(branches, env)


def _number_items() -> None:
    @wrap(IterationWorker, "_eval_job")
    def run_item(original: Original, worker: Any, env: Environment, job: Any) -> None:
        env.item_index = job.job_index
        original(worker, env=env, job=job)

    @wrap(InlineIterationComponent, "_eval_body")
    def run(original: Original, component: Any, env: Environment) -> None:
        _thread.progress = env.progress
        original(component, env)

    @wrap(JobPool, "__init__")
    def init(original: Original, pool: Any, *args: Any, **named: Any) -> None:
        original(pool, *args, **named)
        node: Progress | None = vars(_thread).pop("progress", None)
        done = node.done() if node else {}
        if node and len(done) == pool._jobs_number:
            node.children.clear()
            return
        pool._open_jobs[:] = [job for job in pool._open_jobs if job.job_index not in done]
        closed = (JobClosed(job_index=index, job_output=value) for index, value in done.items())
        pool._closed_jobs.update(closed)
