"""Holds that each API call of the code has its action in the policies of the role that makes it.

The integration tests hold the same, on a cloud that enforces IAM; this also sees what they never call.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.judges.documents import Document
from tests.judges.iam import reference
from tests.judges.iam.code import Operation, Reach

# The stack has every role, with every backend and mode in some run block.
FOLDER = "terraform/modules/stack"
# Modules that activity_dispatch.backends.registry imports by name, when an activity has such a backend.
BACKENDS = tuple(
    f"activity_dispatch.backends.{name}.{module}"
    for name in ("batch", "fargate", "lambda_", "sagemaker")
    for module in ("backend", "events")
)
# Prefixes of actions where they are not botocore's name of the service.
PREFIXES = {"stepfunctions": "states"}
# Actions of operations that have another name. A batch of messages needs the action of one.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Code with a role, whose policies are where these addresses in the stack begin.

    `never`: actions that it needs by the names in its source and never uses, each with the reason.
    """

    module: str
    function: str
    roles: tuple[str, ...]
    backends: bool = False
    never: dict[str, str] = field(default_factory=dict)


_SHARED = "other functions call these methods of the task table and the payload store"
_NO_STARTS = "it starts no jobs, and the backends' other methods are in the same modules"
_ONE_BACKEND = (
    "the run blocks have mode poll for functions; a backend's policy is the dispatcher's, which is judged"
)


def _because(reason: str, *actions: str) -> dict[str, str]:
    return dict.fromkeys(actions, reason)


_DISPATCHER = "module.dispatcher.module"
_WORKER = _because(_SHARED, "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan")
CALLERS = (
    Caller(
        module="dispatcher.handler",
        function="handle",
        roles=(f"{_DISPATCHER}.function.",),
        backends=True,
        never=_because(_SHARED, "dynamodb:Scan", "s3:GetObject")
        | _because("the settler is shared: here it only refuses", "states:SendTaskSuccess"),
    ),
    Caller(
        module="reporter.handler",
        function="handle",
        roles=(f"{_DISPATCHER}.reporter.",),
        backends=True,
        never=_because(_SHARED, "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Scan")
        | _because(
            _NO_STARTS,
            "batch:SubmitJob",
            "ecs:RunTask",
            "lambda:InvokeFunction",
            "sagemaker:CreateTrainingJob",
        ),
    ),
    Caller(
        module="reconciler.handler",
        function="handle",
        roles=(f"{_DISPATCHER}.reconciler.",),
        backends=True,
        never=_because(_SHARED, "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query"),
    ),
    Caller(
        module="poller.handler",
        function="handle",
        roles=(f"{_DISPATCHER}.poller[",),
        backends=True,
        never=_because(_SHARED, "dynamodb:Scan", "s3:GetObject")
        | _because(
            "the dispatcher's, in modules that both use",
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:ReceiveMessage",
            "states:GetExecutionHistory",
            "states:SendTaskHeartbeat",
            "states:SendTaskSuccess",
        )
        | _because(
            _ONE_BACKEND,
            "batch:DescribeJobs",
            "batch:ListJobs",
            "batch:SubmitJob",
            "batch:TerminateJob",
            "ecs:DescribeTasks",
            "ecs:ListTasks",
            "ecs:RunTask",
            "ecs:StopTask",
            "sagemaker:CreateTrainingJob",
            "sagemaker:DescribeTrainingJob",
            "sagemaker:StopTrainingJob",
        ),
    ),
    Caller(
        module="listener.handler",
        function="handle",
        roles=(f"{_DISPATCHER}.listener[",),
        never=_because(
            _SHARED,
            "dynamodb:BatchWriteItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
            "s3:GetObject",
            "s3:PutObject",
        ),
    ),
    Caller(module="prepare.handler", function="handle", roles=('module.step["prepare"]',)),
    Caller(module="process.handler", function="handle", roles=("module.process[0]",), never=_WORKER),
    Caller(module="publish.handler", function="handle", roles=('module.step["publish"]',)),
    Caller(module="reduce.handler", function="handle", roles=('module.step["reduce"]',)),
    Caller(module="sweep.handler", function="prepare", roles=('module.sweep["prepare"]',)),
    Caller(module="sweep.handler", function="reduce", roles=('module.sweep["reduce"]',)),
    Caller(module="sweep.handler", function="publish_winner", roles=('module.sweep["publish"]',)),
    *(
        Caller(
            module="activity_dispatch.worker.container.cli",
            function="main",
            roles=(role,),
            never=_WORKER | _because("only a function frees its slot itself", "sqs:SendMessage"),
        )
        for role in (
            'module.backend_fargate["fargate"].aws_iam_role_policy.task[',
            'module.backend_batch["batch"].aws_iam_role_policy.job[',
        )
    ),
)


def faults(documents: Iterable[Document]) -> Iterator[str]:
    """Say which callers lack an action, and which exceptions are none any more."""
    policies = list(_policies(documents))
    for caller in CALLERS:
        granted = {
            action
            for address, actions in policies
            if any(address.startswith(role) for role in caller.roles)
            for action in actions
        }
        needed = needs(caller)
        if not granted and needed:
            yield f"{FOLDER}: no run block renders a policy at {', '.join(caller.roles)}"
            continue
        name = f"{caller.module}.{caller.function}"
        for action in sorted(needed - granted - set(caller.never)):
            yield f"{name} calls what needs {action}, which no policy at {', '.join(caller.roles)} allows"
        for action in sorted(set(caller.never) - (needed - granted)):
            yield f"{name}: the exception for {action} in tests/judges/iam/calls.py is none any more"


def needs(caller: Caller) -> set[str]:
    """Every action that a caller's code can need."""
    reach = Reach()
    reach.enter(caller.module, caller.function)
    if caller.backends:
        reach.load(*BACKENDS)
    return {action_of(operation) for operation in reach.operations}


def action_of(operation: Operation) -> str:
    """Return the action that a call needs. Raises LookupError if the reference has none."""
    named = f"{PREFIXES.get(operation.service, operation.service)}:{operation.name}"
    found = reference.matching(ACTIONS.get(named, named))
    if not found:
        raise LookupError(f"{named} is no action: name the one it needs in tests/judges/iam/calls.py")
    return found[0].name


def _policies(documents: Iterable[Document]) -> Iterator[tuple[str, set[str]]]:
    """The address of each policy of a role in the stack, and the actions that it allows."""
    for document in documents:
        addresses = {
            place.address
            for place in document.places
            if place.folder == FOLDER and place.resource.startswith("aws_iam_role_policy.")
        }
        actions = set(_allowed(document)) if addresses else set()
        yield from ((address, actions) for address in addresses)


def _allowed(document: Document) -> Iterator[str]:
    for statement in document.value["Statement"]:
        patterns = statement.get("Action", []) if statement.get("Effect") == "Allow" else []
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            yield from (action.name for action in reference.matching(pattern))
