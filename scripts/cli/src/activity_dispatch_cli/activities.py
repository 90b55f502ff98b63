"""Finds an activity of a stack by what people call it."""

from activity_dispatch.domain.activities import CALLBACK_PREFIX, Activity
from activity_dispatch.observe.log_keys import activity_name
from activity_dispatch_cli.errors import CommandError
from activity_dispatch_cli.stack import Stack


def find_activity(stack: Stack, text: str) -> Activity:
    """Return an activity by its ARN, its name in Step Functions, or the name that Terraform has for it.

    Raises CommandError that says which there are, ClientError and BotoCoreError.
    """
    served = sorted(stack.runtime.tasks.served_activities(), key=lambda activity: activity.name)
    found = [each for each in served if text in _names(each)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(activity_name(each.arn) for each in served) or "none"
    raise CommandError(f"ACTIVITY: {text!r} is not one of {stack.name}'s: {names}")


def _names(activity: Activity) -> tuple[str, ...]:
    return (
        activity.arn,
        activity_name(activity.arn),
        activity.name,
        activity.arn.removeprefix(CALLBACK_PREFIX),
    )
