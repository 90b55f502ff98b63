"""tracingConfiguration is answered as it was set.

LocalStack drops it from DescribeStateMachine and refuses an update of it alone, so that Terraform
plans the same change for ever.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stepfunctions.backend.state_machine import StateMachineInstance
from localstack.services.stepfunctions.provider import StepFunctionsProvider

from localcloud.wrapping import wrap


def install() -> None:
    """Describe what is kept, and keep what is updated."""

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
            # LocalStack asks for something else to change; the definition as it is changes nothing.
            if not any(kwargs.get(name) for name in _OTHERS):
                kwargs["definition"] = kept.definition
        return original(provider, context, state_machine_arn, **kwargs)


_OTHERS = ("definition", "role_arn", "logging_configuration")
