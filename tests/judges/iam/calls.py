"""Holds that each API call of the code has its action in the policies of the role that makes it.

The integration tests hold the same, on a cloud that enforces IAM; this also sees what they never call.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.judges.documents import Document
from tests.judges.iam import reference
from tests.judges.iam.code import Operation, Reach

# Each has its roles with every backend and mode in some run block.
CONTROL_PLANE = "terraform/modules/control-plane"
WORD_COUNT = "terraform/examples/word-count"
TRAINING = "terraform/examples/training"
# Modules that activity_dispatch.backends.registry imports by name, when an activity has such a backend.
BACKENDS = tuple(
    f"activity_dispatch.backends.{name}.{module}"
    for name in ("batch", "ecs", "lambda_", "sagemaker")
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
    """Code with a role, whose policies are where these addresses in a folder begin.

    `never`: actions that it needs by the names in its source and never uses, each with the reason.
    """

    module: str
    function: str
    folder: str
    roles: tuple[str, ...]
    backends: bool = False
    never: dict[str, str] = field(default_factory=dict)


_SHARED = "other functions call these methods of the task table and the payload store"
_NO_STARTS = "it starts no jobs, and the backends' other methods are in the same modules"
_CONSENT = "a function's own policy lets the stack's roles in (module backend-lambda)"


def _because(reason: str, *actions: str) -> dict[str, str]:
    return dict.fromkeys(actions, reason)


def _step(
    module: str, folder: str, *roles: str, function: str = "handle", never: dict[str, str] | None = None
) -> Caller:
    return Caller(
        module=f"{module}.handler", function=function, folder=folder, roles=roles, never=never or {}
    )


_WORKER = _because(_SHARED, "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan")
_COLD = _because("only a warm worker takes tasks", "states:GetActivityTask")


def _container(folder: str, role: str, *, never: dict[str, str] | None = None) -> Caller:
    slots = _because("only a function frees its slot itself", "sqs:SendMessage")
    return Caller(
        module="activity_dispatch.worker.container.cli",
        function="main",
        folder=folder,
        roles=(role,),
        never=_WORKER | slots | (never or {}),
    )


CALLERS = (
    Caller(
        module="dispatcher.handler",
        function="handle",
        folder=CONTROL_PLANE,
        roles=("module.dispatcher.",),
        backends=True,
        never=_because(_SHARED, "dynamodb:Scan", "s3:GetObject")
        | _because(_CONSENT, "lambda:InvokeFunction")
        | _because("the settler is shared: here it only refuses", "states:SendTaskSuccess"),
    ),
    Caller(
        module="reporter.handler",
        function="handle",
        folder=CONTROL_PLANE,
        roles=("module.reporter.",),
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
        folder=CONTROL_PLANE,
        roles=("module.reconciler.",),
        backends=True,
        never=_because(_SHARED, "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query")
        | _because(_CONSENT, "lambda:InvokeFunction"),
    ),
    Caller(
        module="poller.handler",
        function="handle",
        folder=CONTROL_PLANE,
        roles=("module.poller[",),
        backends=True,
        never=_because(_SHARED, "dynamodb:Scan", "s3:GetObject")
        | _because(_CONSENT, "lambda:InvokeFunction")
        | _because(
            "the dispatcher's, in modules that both use",
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:ReceiveMessage",
            "states:GetExecutionHistory",
            "states:SendTaskHeartbeat",
            "states:SendTaskSuccess",
        ),
    ),
    Caller(
        module="listener.handler",
        function="handle",
        folder=CONTROL_PLANE,
        roles=("module.listener[",),
        never=_because(
            _SHARED,
            "dynamodb:BatchWriteItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
            "s3:GetObject",
            "s3:PutObject",
        )
        | _because(
            "the settler is in modules that it imports, and it ends no task",
            "states:SendTaskFailure",
            "states:SendTaskSuccess",
        ),
    ),
    _step("prepare", WORD_COUNT, 'module.function["prepare"]'),
    _step(
        "process",
        WORD_COUNT,
        'module.function["process"]',
        "module.lambda.module.lambda[0].aws_iam_role_policy.worker",
        never=_WORKER,
    ),
    _step("publish", WORD_COUNT, 'module.function["publish"]'),
    _step("reduce", WORD_COUNT, 'module.function["reduce"]'),
    _step("sweep", TRAINING, 'module.sweep["prepare"]', function="prepare"),
    _step("sweep", TRAINING, 'module.sweep["reduce"]', function="reduce"),
    _step("sweep", TRAINING, 'module.sweep["publish"]', function="publish_winner"),
    _container(
        WORD_COUNT, 'module.container["fargate"].module.ecs[0].aws_iam_role_policy.task[', never=_COLD
    ),
    _container(WORD_COUNT, 'module.container["batch"].module.batch[0].aws_iam_role_policy.job[', never=_COLD),
    # Their run blocks with linger_seconds.
    _container("terraform/modules/backend-ecs", "aws_iam_role_policy.task["),
    _container("terraform/modules/backend-batch", "aws_iam_role_policy.job["),
)


def faults(documents: Iterable[Document]) -> Iterator[str]:
    """Say which callers lack an action, and which exceptions are none any more."""
    policies = list(_policies(documents))
    for caller in CALLERS:
        granted = {
            action
            for folder, address, actions in policies
            if folder == caller.folder and address.startswith(caller.roles)
            for action in actions
        }
        needed = needs(caller)
        if not granted and needed:
            yield f"{caller.folder}: no run block renders a policy at {', '.join(caller.roles)}"
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


def _policies(documents: Iterable[Document]) -> Iterator[tuple[str, str, set[str]]]:
    """The folder and the address of each policy of a role, and the actions that it allows."""
    folders = {caller.folder for caller in CALLERS}
    for document in documents:
        places = {
            (place.folder, place.address)
            for place in document.places
            if place.folder in folders and place.resource.startswith("aws_iam_role_policy.")
        }
        actions = set(_allowed(document)) if places else set()
        yield from ((folder, address, actions) for folder, address in places)


def _allowed(document: Document) -> Iterator[str]:
    for statement in document.value["Statement"]:
        patterns = statement.get("Action", []) if statement.get("Effect") == "Allow" else []
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            yield from (action.name for action in reference.matching(pattern))
