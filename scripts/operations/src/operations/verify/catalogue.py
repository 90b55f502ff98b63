"""Which checks an environment gets, in the order in which they are reported."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from operations.verify import cost
from operations.verify.checks import chain, ends, events, flows, one_at_a_time, questions
from operations.verify.job import MAX_TURNS
from operations.verify.results import Check, NotApplicable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from operations.outputs import Outputs
    from operations.verify.results import Finding
    from operations.verify.world import World

LAMBDA = "lambda"
CONTAINERS = ("fargate", "batch")
TRAINING = "sagemaker"
# The machines whose only language it is.
JSONATA = ("jsonata", "jsonata-callback")
MODES = ("requests", "poll", "logs", "callback")


def checks_for(stack: Outputs, *, trains_on: str | None, environment_trains_on: str) -> list[Check]:
    """Return the checks. `trains_on` is the instance type of verify's own training jobs, None without them;

    `environment_trains_on` is that of the environment's, whose training is run if it has one.
    """
    has = set(stack.state_machines)
    return [
        *(_if(backend in has, _example(backend), f"no {backend}") for backend in (LAMBDA, *CONTAINERS)),
        *(
            _sweep(backend, environment_trains_on)
            for backend in sorted(stack.document.get("trainings") or {})
        ),
        *(Check(name=f"wake-up-{mode}", run=partial(_mode, mode), uses=_one()) for mode in MODES),
        *(Check(name=one, run=partial(_jsonata, one), uses=_one()) for one in JSONATA),
        *_ends(has),
        Check(name="one-at-a-time", run=one_at_a_time.forty_tasks, uses=cost.executions(one_at_a_time.TASKS)),
        *_trainings(trains_on),
        *_questions(),
    ]


def _ends(has: set[str]) -> list[Check]:
    return [
        Check(name="abort-lambda", run=ends.abort_function, uses=_one()),
        *(_if(one in has, _container("abort", one, ends.abort_container), f"no {one}") for one in CONTAINERS),
        Check(name="failure-lambda", run=ends.failure_function, uses=_one()),
        *(
            _if(one in has, _container("failure", one, ends.failure_container), f"no {one}")
            for one in CONTAINERS
        ),
        Check(name="retry", run=ends.retry, uses=cost.executions(6)),
        Check(name="redrive", run=ends.redrive, uses=cost.executions(2)),
    ]


def _trainings(trains_on: str | None) -> list[Check]:
    uses = cost.training(trains_on) if trains_on else {}
    made = [
        Check(name="training", run=flows.training, uses=uses),
        Check(name="failure-training", run=ends.failure_training, uses=uses),
    ]
    return [_if(trains_on is not None, check, "no sagemaker") for check in made]


def _questions() -> list[Check]:
    few, none = cost.executions(questions.POLLS), cost.executions(1)
    return [
        Check(name="error-of-a-branch", run=ends.error_of_a_branch, question=True, uses=_one()),
        Check(name="scoped-send-task", run=questions.scoped_to_the_activity, question=True, uses=_one()),
        Check(name="timeout-while-unpolled", run=questions.timeout_while_unpolled, question=True, uses=none),
        Check(name="poll-hold", run=questions.poll_hold, question=True),
        Check(name="recursion", run=chain.recursion, question=True, uses=cost.executions(MAX_TURNS)),
        Check(name="poll-latency", run=questions.poll_latency, question=True, alone=True, uses=few),
        Check(name="log-lag", run=questions.log_lag, question=True, alone=True),
        # Last: it reads the events of all others.
        Check(name="event-fields", run=events.fields, question=True, alone=True),
    ]


def _example(backend: str) -> Check:
    uses = _one() if backend == LAMBDA else cost.CONTAINER
    return Check(name=f"execution-{backend}", run=partial(_run_example, backend), uses=uses)


def _run_example(backend: str, world: World) -> Finding:
    return flows.example(world, backend)


def _sweep(backend: str, instance_type: str) -> Check:
    uses = cost.training(instance_type) if backend == TRAINING else cost.CONTAINER
    return Check(name=f"execution-training-{backend}", run=partial(_run_sweep, backend), uses=uses)


def _run_sweep(backend: str, world: World) -> Finding:
    return flows.sweep(world, backend)


def _mode(mode: str, world: World) -> Finding:
    return flows.wake_up(world, mode)


def _jsonata(machine: str, world: World) -> Finding:
    return flows.jsonata(world, machine)


def _container(kind: str, backend: str, run: Callable[[World, str], Finding]) -> Check:
    return Check(name=f"{kind}-{backend}", run=lambda world: run(world, backend), uses=cost.CONTAINER)


def _if(applies: bool, check: Check, reason: str) -> Check:
    """Return the check, or one of its name that says why it does not apply."""

    def refuse(_world: World) -> Finding:
        raise NotApplicable(f"the environment has {reason}")

    return check if applies else Check(name=check.name, run=refuse)


def _one() -> Mapping[str, float]:
    return cost.EXECUTION


def names(checks: Sequence[Check]) -> list[str]:
    return [check.name for check in checks]
