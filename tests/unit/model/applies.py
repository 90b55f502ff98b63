"""Applies of Terraform that change or remove the activity while its jobs run."""

from tests.unit.model.model import SERVICES, Model

from activity_dispatch.testing.stack import ARN


def apply(model: Model, service: str | None) -> None:
    """Give the activity a service, or remove it."""
    serve_again(model)
    if service is None:
        model.tasks.activities.pop(ARN, None)
    else:
        assert service in SERVICES
        model.stack.change_activity(config={"service": service})


def serve_again(model: Model) -> None:
    """Add the activity, if it was removed."""
    if ARN not in model.tasks.activities:
        model.stack.serve(model.activity)
