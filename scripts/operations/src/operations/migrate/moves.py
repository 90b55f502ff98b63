"""Where each resource of 0.1.0's modules is in today's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.migrate.state import Old

WITH_THE_EXAMPLE = ("lambda", "fargate", "batch")
_KEY = r'\["(?P<key>[^"]+)"\]'
_REST = r"(?P<rest>.+)"

# Pattern of an address below the call of module stack, and the new address; the first that fits counts. {CP}
# is the control plane, {A} the activity of that key, {WORDS} and {SWEEPS} are the calls of the examples.
_ACTIVITIES = (
    (rf"module\.activity{_KEY}\.aws_sfn_activity\.this", "{A}.aws_sfn_activity.this[0]"),
    (rf"module\.dispatcher\.aws_dynamodb_table_item\.activity{_KEY}", "{A}.aws_dynamodb_table_item.this"),
    (rf"module\.async_invocation{_KEY}\.{_REST}", "{A}.module.lambda[0].{rest}"),
    (rf"aws_iam_role_policy\.worker{_KEY}", "{A}.module.lambda[0].aws_iam_role_policy.worker[0]"),
    (rf"module\.backend_(?P<kind>batch|sagemaker){_KEY}\.{_REST}", "{A}.module.{kind}[0].{rest}"),
    (rf"module\.backend_fargate{_KEY}\.(?P<rest>aws_ecs_cluster\w*\.this\[0\])", "{CP}.{rest}"),
    (rf"module\.backend_fargate{_KEY}\.{_REST}", "{A}.module.ecs[0].{rest}"),
)
_EXAMPLES = (
    # The function reports by a policy that its activity attaches.
    (
        r'module\.process\[0\]\.aws_iam_role_policy\.this\["worker"\]',
        "{WORDS}.module.lambda.module.lambda[0].aws_iam_role_policy.worker[0]",
    ),
    (rf"module\.process\[0\]\.{_REST}", '{WORDS}.module.function["process"].{rest}'),
    (rf"module\.step{_KEY}\.{_REST}", '{WORDS}.module.function["{key}"].{rest}'),
    (rf"module\.(?:state_machine|fan_out){_KEY}\.{_REST}", '{WORDS}.module.state_machine["{key}"].{rest}'),
    (rf"module\.training{_KEY}\.{_REST}", '{SWEEPS}.module.state_machine["{key}"].{rest}'),
    (rf"module\.sweep{_KEY}\.{_REST}", '{SWEEPS}.module.sweep["{key}"].{rest}'),
    (r'aws_s3_object\.package\["sweep"\]', '{SWEEPS}.module.packages.aws_s3_object.this["sweep"]'),
    (
        r'aws_s3_object\.package\["(?P<key>prepare|process|publish|reduce)"\]',
        '{WORDS}.module.packages.aws_s3_object.this["{key}"]',
    ),
)
_FUNCTIONS = "reporter|reconciler|poller|listener"
_MINUTELY = r'(?P<key>reconciler|poller){}(?:\["poller"\])?'
_CONTROL_PLANE = (
    (rf"aws_s3_object\.package{_KEY}", '{CP}.module.packages.aws_s3_object.this["{key}"]'),
    (r"(?P<rest>aws_s3_bucket.*)", "{CP}.{rest}"),
    (rf"module\.(?P<kind>dashboard|network)\[0\]\.{_REST}", "{CP}.module.{kind}[0].{rest}"),
    (rf"module\.dispatcher\.module\.function\.{_REST}", "{CP}.module.dispatcher.{rest}"),
    (rf"module\.dispatcher\.(?P<rest>module\.(?:{_FUNCTIONS})\W.+)", "{CP}.{rest}"),
    (
        rf"module\.dispatcher\.(?P<kind>\w+)\.{_MINUTELY.format('_silent')}",
        '{CP}.{kind}.this["{key}-silent"]',
    ),
    (rf"module\.dispatcher\.(?P<kind>\w+)\.{_MINUTELY.format('')}", '{CP}.{kind}.minutely["{key}"]'),
    (rf"module\.dispatcher\.(?P<kind>\w+)\.dead_letter{_KEY}", '{CP}.{kind}.this["{key}"]'),
    (rf"module\.dispatcher\.(?P<kind>\w+)\.reporter_lost{_KEY}", '{CP}.{kind}.this["reporter-{key}"]'),
    # All others keep their name and key.
    (r"module\.dispatcher\.(?P<rest>aws_\w+\.(?:this|tasks|reporter)(?:\[.+\])?)", "{CP}.{rest}"),
)
# What goes: what is there in its place has another name or another number, and is made anew.
_GONE = (
    # One alarm of an activity for two.
    r"module\.activity\[.+\]\.aws_cloudwatch_metric_alarm\.this\[.+\]",
    # One policy for all jobs, for one for each backend.
    r'module\.dispatcher\.module\.\w+(?:\["\w+"\])?\.aws_iam_role_policy\.this\["(?:backend|watch)-.+"\]',
    # One permission for all rules or logs, for one for each. A subscription is made with its state machine.
    r"module\.dispatcher\.aws_lambda_permission\.(?:this|listener)\[.+\]",
    r"module\.dispatcher\.aws_cloudwatch_log_subscription_filter\.listener\[.+\]",
)


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The addresses of the new calls."""

    stack: str
    word_count: str
    training: str


@dataclass(frozen=True, kw_only=True)
class Moves:
    """The new address by the old one, and what goes."""

    moved: dict[str, str]
    removed: list[str]


def moves(old: Old, calls: Calls) -> Moves:
    """Find a place for all that there is. Raises OperationError if something is unknown here."""
    found, unknown = Moves(moved={}, removed=[]), []
    shared = security_group_keeper(old)
    for address in sorted(old.resources):
        try:
            to = _new_address(address, old, calls, shared)
        except LookupError:
            unknown.append(address)
            continue
        if to is None:
            found.removed.append(f"{old.call}.{address}")
        else:
            found.moved[f"{old.call}.{address}"] = to
    if unknown:
        raise OperationError(
            f"{old.call} has what 0.1.0's modules do not: {', '.join(unknown)}. Move it away first"
        )
    return found


def security_group_keeper(old: Old) -> str | None:
    """The backend whose security group becomes the stack's; the others keep their own. None: none has one."""
    keepers = (
        'module.backend_fargate["fargate"]',
        'module.backend_batch["batch"]',
        'module.backend_batch["training-batch"]',
    )
    return next((one for one in keepers if old.has(f"{one}.aws_security_group.")), None)


def hcl(found: Moves, *, back: bool = False) -> Iterator[str]:
    """The lines of moved.tf, or of one that goes the way back."""
    yield "# docs/migration.md: needed for one apply. Then delete this file."
    for before, after in found.moved.items():
        source, to = (after, before) if back else (before, after)
        yield f"\nmoved {{\n  from = {source}\n  to   = {to}\n}}"


def _new_address(address: str, old: Old, calls: Calls, shared: str | None) -> str | None:
    control_plane = f"{calls.stack}.module.control_plane"
    if shared is not None and address.startswith((f"{shared}.aws_security_group.", f"{shared}.aws_vpc_")):
        kind, _, index = address.removeprefix(f"{shared}.").partition(".this")
        return f"{control_plane}.{kind}.jobs{index}"
    if any(re.fullmatch(pattern, address) for pattern in _GONE):
        return None
    for pattern, to in (*_ACTIVITIES, *_EXAMPLES, *_CONTROL_PLANE):
        if match := re.fullmatch(pattern, address):
            parts = match.groupdict()
            activity = _activity(parts.get("key", ""), old, calls)
            return to.format(
                **parts, CP=control_plane, A=activity, WORDS=calls.word_count, SWEEPS=calls.training
            )
    raise LookupError(address)


def _activity(key: str, old: Old, calls: Calls) -> str:
    """The call of module activity: the example's, the trainings' or one of the stack's own."""
    if key in WITH_THE_EXAMPLE and old.has("module.process[0]."):
        module = "lambda" if key == "lambda" else f'container["{key}"]'
        return f"{calls.word_count}.module.{module}"
    if key.startswith("training-") and old.has(f'module.training["{key}"].'):
        return f'{calls.training}.module.activity["{key}"]'
    return f'{calls.stack}.module.activity["{key}"]'
