"""What every Lambda function of the stack is made with: its parts, JSON logs, metrics.

Containers have the parts alone: what they write is their program's.
"""

from collections.abc import Mapping

from activity_dispatch.observe.emf import EmfMetrics
from activity_dispatch.observe.json_logs import write_json_logs
from activity_dispatch.observe.metrics import NO_METRICS
from activity_dispatch.runtime.composition import Runtime


def make_function_runtime(
    environment: Mapping[str, str], *, threads: int, also_required: tuple[str, ...] = ()
) -> Runtime:
    """Make the parts of a function, and its log lines JSON with the keys of `log_keys`.

    Without STACK_NAME there are no metrics. Raises InvalidSettings with all problems of the environment.
    """
    write_json_logs(environment)
    stack = environment.get("STACK_NAME")
    return Runtime.from_environment(
        environment,
        threads=threads,
        also_required=also_required,
        metrics=EmfMetrics(stack=stack) if stack else NO_METRICS,
    )
