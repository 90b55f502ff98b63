"""The parts, JSON logs and metrics of every Lambda function of the stack.

Containers have only the parts: their output belongs to their program.
"""

from collections.abc import Mapping

from activity_dispatch.observe.emf import EmfMetrics
from activity_dispatch.observe.json_logs import write_json_logs
from activity_dispatch.observe.metrics import NO_METRICS
from activity_dispatch.runtime.composition import Runtime


def make_function_runtime(
    environment: Mapping[str, str], *, threads: int, also_required: tuple[str, ...] = ()
) -> Runtime:
    """Create a function's parts, and make its log lines JSON with the keys of `log_keys`.

    Without STACK_NAME there are no metrics. Raises InvalidSettings with every problem of the environment.
    """
    write_json_logs(environment)
    stack = environment.get("STACK_NAME")
    return Runtime.from_environment(
        environment,
        threads=threads,
        also_required=also_required,
        metrics=EmfMetrics(stack=stack) if stack else NO_METRICS,
    )
