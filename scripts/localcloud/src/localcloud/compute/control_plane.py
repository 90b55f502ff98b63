"""A service on moto, with some operations replaced by ours."""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service

type Handler = Callable[[Any, dict[str, Any]], Any]


def service(name: str, operations: Mapping[str, Handler]) -> Service:
    """Return the service that LocalStack loads; moto handles what `operations` does not."""
    model = load_service(name)
    if unknown := operations.keys() - set(model.operation_names):
        raise ValueError(f"{name} has no operation {', '.join(sorted(unknown))}")
    table: dict[str, Handler] = dict.fromkeys(model.operation_names, _to_moto)
    return Service(name=name, skeleton=Skeleton(model, table | dict(operations)))


def refusal(code: str, message: str, **members: object) -> CommonServiceException:
    """Return an AWS error to raise; `members` are extra fields of the error's shape."""
    error = CommonServiceException(code, message, sender_fault=True)
    for name, value in members.items():
        setattr(error, name, value)
    return error


def _to_moto(context: Any, _request: dict[str, Any]) -> Any:
    return call_moto(context)
