"""Take the names of executions that AWS takes, and find every execution that was started.

LocalStack checks no name, but then refuses the ARNs of most: only executions named with ASCII
letters, digits and "-_." can be described or stopped. It cannot start an unqualified machine that
has an alias, and two equal requests that arrive together start an execution twice. AWS does not say
what makes two inputs the same; here it is the same text.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

import re
import threading
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.stepfunctions import InvalidName
from localstack.services.stepfunctions.backend.alias import Alias
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from localstack.utils.aws.arns import ARN_PARTITION_REGEX
from localstack.utils.strings import long_uid

from localcloud.wrapping import wrap

type Original = Callable[..., Any]

_LONGEST = 80
_REFUSED = (
    r"\s<>{}\[\]?*\"#%\\^|~`$&,;:/"
    r"\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\U0010ffff"
)
_NAME = rf"[^{_REFUSED}]+"
_BASE = rf"{ARN_PARTITION_REGEX}:states:[a-z0-9-]+:[0-9]{{12}}"
# Equal requests meet at the same lock; others rarely do.
_locks = [threading.Lock() for _ in range(64)]


def install() -> None:
    """Check names, and widen what is an ARN to all names that pass."""
    provider = StepFunctionsProvider
    provider._STATE_MACHINE_ARN_REGEX = re.compile(
        rf"{_BASE}:stateMachine:{_NAME}(:\d+)?(:{_NAME})*(?:#[a-zA-Z0-9-_]+)?\Z"
    )
    provider._STATE_MACHINE_EXECUTION_ARN_REGEX = re.compile(
        rf"{_BASE}:(stateMachine|execution|express):{_NAME}(:{_NAME})*\Z"
    )
    # An execution gets a copy of its machine, and an alias holds a lock, which has no copy.
    Alias.__deepcopy__ = lambda alias, _memo: alias
    _start("start_execution")
    _start("start_sync_execution")
    _list_by_alias()


def _start(operation: str) -> None:
    @wrap(StepFunctionsProvider, operation)
    def start(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        state_machine_arn: str,
        name: str | None = None,
        input: str | None = None,  # noqa: A002
        **more: Any,
    ) -> Any:
        arguments = {"state_machine_arn": state_machine_arn, "input": input, **more}
        # As LocalStack would name it.
        name = long_uid() if name is None else name
        check(name)
        with _locks[hash(name) % len(_locks)]:
            _refuse_other_input(provider, context, state_machine_arn, name, input)
            answer = original(provider, context, name=name, **arguments)
            execution = provider.get_store(context).executions.get(answer["executionArn"])
            execution.input_text = input
            return answer


def check(name: str) -> None:
    """Raise InvalidName unless AWS takes the name."""
    if not 1 <= len(name) <= _LONGEST or not re.fullmatch(_NAME, name):
        raise InvalidName(f"Invalid Name: '{name}'")


def _refuse_other_input(
    provider: StepFunctionsProvider,
    context: RequestContext,
    machine: str,
    name: str,
    text: str | None,
) -> None:
    store = provider.get_store(context)
    base = ":".join(machine.split(":")[:7])
    arn = base.replace(":stateMachine:", ":execution:", 1) + f":{name}"
    running = store.executions.get(arn)
    if running is not None and (running.input_text or "{}") != (text or "{}"):
        raise CommonServiceException("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")


def _list_by_alias() -> None:
    @wrap(StepFunctionsProvider, "list_executions")
    def list_executions(
        original: Original,
        provider: StepFunctionsProvider,
        context: RequestContext,
        state_machine_arn: str | None = None,
        **more: Any,
    ) -> Any:
        alias = provider.get_store(context).aliases.get(state_machine_arn)
        if alias is None:
            return original(provider, context, state_machine_arn=state_machine_arn, **more)
        machine = state_machine_arn.rpartition(":")[0] if state_machine_arn else None
        answer = original(provider, context, state_machine_arn=machine, **more)
        answer["executions"] = [
            item
            for item in answer["executions"]
            if item.get("stateMachineAliasArn") == state_machine_arn
        ]
        return answer
