"""Check requests against the constraints in the service's model, which LocalStack ignores."""

from localstack.aws.spec import load_service

from localcloud import constraints
from localcloud.compute.cloud import Document
from localcloud.compute.control_plane import refusal


def validate(service: str, operation: str, request: Document) -> None:
    """Raise AWS's ValidationException with every violation of the model."""
    shape = load_service(service).operation_model(operation).input_shape
    found = list(constraints.problems(shape, request))
    if found:
        raise refusal("ValidationException", constraints.message(found))
