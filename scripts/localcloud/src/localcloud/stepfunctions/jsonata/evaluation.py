"""Evaluate LocalStack's JSONata fields here: values are bound as variables, not pasted as text.

A failed evaluation is States.QueryEvaluationError with one EvaluationFailed event. Retry and Catch
of a Task, Parallel or Map see it, whichever field it is in, Output included. Output and Assign see
the same variables: what Assign sets counts from the next state on.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.component.common.assign.assign_decl import AssignDecl
from localstack.services.stepfunctions.asl.component.common.outputdecl import Output
from localstack.services.stepfunctions.asl.component.common.string import string_expression
from localstack.services.stepfunctions.asl.component.state.state import CommonStateField
from localstack.services.stepfunctions.asl.component.state.state_execution.execute_state import (
    ExecutionState,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_parallel.state_parallel import (  # noqa: E501
    StateParallel,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.states import States

from localcloud.stepfunctions.jsonata import definitions, failures, kinds
from localcloud.stepfunctions.jsonata.expressions import (
    EvaluationError,
    InvalidExpressionError,
    parse,
)
from localcloud.wrapping import wrap

type Original = Callable[..., Any]


def install() -> None:
    """Replace LocalStack's evaluation, which starts a JVM."""
    _evaluate()
    _forget_results()
    _assign_at_the_end()
    _evaluate_in_the_attempt()
    _keep_arguments_for_each_attempt()
    failures.install()
    kinds.install()
    definitions.install()


def _evaluate() -> None:
    @wrap(string_expression.StringJSONata, "_eval_body")
    def eval_jsonata(_original: Original, field: Any, env: Environment) -> None:
        data = env.states._states_data
        env.stack.append(_value(env, field.expression, {**_variables(env), "states": data}))

    # A variable in a JSONPath state, such as "$name.member".
    @wrap(string_expression.StringVariableSample, "_eval_body")
    def eval_sample(_original: Original, field: Any, env: Environment) -> None:
        env.stack.append(_value(env, field.expression, _variables(env)))


def _value(env: Environment, text: str, variables: dict[str, Any]) -> Any:
    try:
        return parse(text).evaluate(variables)
    except (EvaluationError, InvalidExpressionError) as error:
        raise failures.failure(env, f"The JSONata expression '{text}' {error}") from error


def _variables(env: Environment) -> dict[str, Any]:
    return {**env.variable_store._outer_scope, **env.variable_store._inner_scope}


def _forget_results() -> None:
    """Make $states.result and $states.errorOutput undefined, not null, where there is none."""

    @wrap(States, "reset")
    def reset(original: Original, states: States, input_value: Any) -> None:
        original(states, input_value=input_value)
        states._states_data.pop("result", None)
        states._states_data.pop("errorOutput", None)


def _assign_at_the_end() -> None:
    @wrap(AssignDecl, "_eval_body")
    def eval_assign(_original: Original, declaration: Any, env: Environment) -> None:
        env.assigned = {}
        for binding in declaration.declaration_bindings:
            binding.eval(env=env)
            env.assigned.update(env.stack.pop())

    @wrap(CommonStateField, "_get_state_exited_event_details")
    def leave(original: Original, state: Any, env: Environment) -> Any:
        for name, value in vars(env).pop("assigned", {}).items():
            env.variable_store.set(variable_identifier=name, variable_value=value)
        return original(state, env=env)


def _evaluate_in_the_attempt() -> None:
    """Evaluate Output, and a Parallel's Arguments, where errors go to Retry and Catch."""

    @wrap(ExecutionState, "_evaluate_with_timeout")
    def attempt(original: Original, state: Any, env: Environment) -> None:
        vars(env).pop("output", None)
        try:
            if getattr(state, "arguments", None):
                env.stack.pop()
                state.arguments.eval(env=env)
            original(state, env)
            if state.output:
                state.output.jsonata_template_value.eval(env=env)
                env.output = (state.output, env.stack.pop())
        except BaseException:
            vars(env).pop("assigned", None)
            raise

    @wrap(Output, "_eval_body")
    def eval_output(original: Original, output: Any, env: Environment) -> None:
        evaluated, value = vars(env).pop("output", (None, None))
        if evaluated is output:
            env.states.reset(input_value=value)
        else:
            original(output, env)


def _keep_arguments_for_each_attempt() -> None:
    """LocalStack evaluates a Parallel's Arguments before Retry and Catch apply."""

    @wrap(StateParallel, "from_state_props")
    def from_state_props(original: Original, state: Any, props: Any) -> None:
        original(state, props)
        state.arguments = None
        if not state.is_jsonpath_query_language():
            state.arguments, state.parargs = state.parargs, None
