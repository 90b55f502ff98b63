"""Applies of Terraform that change or remove the activity while its jobs run, or describe it wrongly."""

from tests.unit.model.compute import ANOTHERS, SERVICES
from tests.unit.model.model import Model
from tests.unit.model.served import TARGET

from activity_dispatch.testing.stack import ARN


def apply(model: Model, service: str | None) -> None:
    """Give the activity a service, also one that it may not name, or remove it."""
    serve_again(model)
    if service is None:
        model.tasks.activities.pop(ARN, None)
    else:
        assert service in (*SERVICES, ANOTHERS)
        model.stack.change_activity(config={"service": service})


def share(model: Model, share_key: str | None) -> None:
    """Give the callback target another way to tell whose tasks they are, or none."""
    model.stack.change_activity(TARGET, share_key=share_key)


def serve_again(model: Model) -> None:
    """Add the activity, if it was removed or is refused."""
    if not is_served(model):
        model.stack.serve(model.activity)


def is_served(model: Model) -> bool:
    """Return whether the activity has a description that is not refused."""
    return ARN in [activity.arn for activity in model.tasks.served_activities()]
