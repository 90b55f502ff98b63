"""Return tracingConfiguration as it was set.

LocalStack omits it from DescribeStateMachine and refuses to update it alone, so that Terraform
plans the same change forever.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stepfunctions.backend.state_machine import StateMachineInstance
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.wrapping import wrap


def install() -> None:
    """Describe the stored value, and store updates."""

    @wrap(StateMachineInstance, "describe")
    def describe(original: Callable[..., Any], state_machine: StateMachineInstance) -> Any:
        answer = original(state_machine)
        answer["tracingConfiguration"] = state_machine.tracing_config or {"enabled": False}
        return answer

    @wrap(StepFunctionsProvider, "update_state_machine")
    def update(
        original: Callable[..., Any],
        provider: StepFunctionsProvider,
        context: RequestContext,
        state_machine_arn: str,
        tracing_configuration: Any = None,
        **kwargs: Any,
    ) -> Any:
        kept = provider.get_store(context).state_machines.get(state_machine_arn)
        if tracing_configuration is not None and kept is not None:
            kept.tracing_config = tracing_configuration
            # LocalStack requires another change; passing the same definition changes nothing.
            if not any(kwargs.get(name) for name in _OTHERS):
                kwargs["definition"] = kept.definition
        return original(provider, context, state_machine_arn, **kwargs)


_OTHERS = ("definition", "role_arn", "logging_configuration")
