"""What `terraform show -json` says of a stack of 0.1.0's modules."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DISPATCHER = "module.dispatcher.module.function.aws_lambda_function.this"
_ITEM = re.compile(r'module\.dispatcher\.aws_dynamodb_table_item\.activity\["(?P<key>[^"]+)"\]')


@dataclass(frozen=True, kw_only=True)
class Old:
    """The resources below the call of module stack, by their address there, with their values."""

    call: str
    resources: Mapping[str, Mapping[str, Any]]

    def values(self, address: str) -> Mapping[str, Any] | None:
        return self.resources.get(address)

    def has(self, start: str) -> bool:
        """Whether there is a resource whose address begins so."""
        return any(address.startswith(start) for address in self.resources)

    def descriptions(self) -> dict[str, Mapping[str, Any]]:
        """What the stack tells its dispatcher of each activity, by key."""
        found = {}
        for address, values in self.resources.items():
            if match := _ITEM.fullmatch(address):
                found[match["key"]] = json.loads(json.loads(values["item"])["activity"]["S"])
        return found

    def name(self) -> str:
        """The stack's name, which its dispatcher has in front."""
        return str(self.resources[DISPATCHER]["function_name"]).removesuffix("-dispatcher")


def read(text: str, call: str) -> Old:
    """Read the state. Raises OperationError unless `call` is a stack of 0.1.0's modules there."""
    try:
        root = json.loads(text)["values"]["root_module"]
    except (ValueError, KeyError, TypeError):
        raise OperationError("STATE must be what `terraform show -json` prints, with resources") from None
    prefix = f"{call}."
    resources = {
        resource["address"].removeprefix(prefix): resource["values"]
        for resource in _resources(root)
        if resource["address"].startswith(prefix) and resource["mode"] == "managed"
    }
    old = Old(call=call, resources=resources)
    if old.has("module.control_plane."):
        raise OperationError(f"{call} has today's modules already: there is nothing to move")
    if DISPATCHER not in resources:
        raise OperationError(f"the state has no stack of 0.1.0's modules at {call}: give --stack")
    return old


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
