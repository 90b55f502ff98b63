"""The schema of the provider that Terraform has here: `terraform providers schema -json`.

Source: https://developer.hashicorp.com/terraform/cli/commands/providers/schema
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations import paths
from operations.errors import OperationError
from operations.process import run
from operations.schemas.block import PROVIDER, Block, Key, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECONDS = 300.0
KINDS = {"resource": "resource_schemas", "data": "data_source_schemas"}


def read(version: str, keys: Iterable[Key]) -> Schema:
    """Return the schema of exactly this version; a key that it does not have is left out.

    The schema tells what is deprecated, but gives no message.
    Raises OperationError when Terraform finds no such version.
    """
    with tempfile.TemporaryDirectory() as folder:
        required = {"aws": {"source": PROVIDER, "version": version}}
        text = json.dumps({"terraform": {"required_providers": required}})
        (Path(folder) / "versions.tf.json").write_text(text, encoding="utf-8")
        # terraform-init looks for .tf files.
        (Path(folder) / "main.tf").touch()
        _terraform([str(paths.TERRAFORM_INIT), folder])
        printed = _terraform(["terraform", f"-chdir={folder}", "providers", "schema", "-json"])
    (schema,) = json.loads(printed)["provider_schemas"].values()
    found = {key: block for key in keys if (block := _find(schema, key)) is not None}
    return Schema(version=version, sources=["terraform providers schema -json"], blocks=found)


def _terraform(command: list[str]) -> str:
    done = run(command, timeout_seconds=SECONDS, capture=True, env={"CHECKPOINT_DISABLE": "1"})
    if done.returncode != 0:
        raise OperationError(f"{command[0].rpartition('/')[2]} failed", detail=done.stderr)
    return str(done.stdout)


def _find(schema: Mapping[str, Any], key: Key) -> Block | None:
    kind, name = key
    if kind == "provider":
        return _block(schema["provider"]["block"])
    found = schema[KINDS[kind]].get(name)
    return _block(found["block"]) if found else None


def _block(kept: Mapping[str, Any]) -> Block:
    """Convert a block, or an attribute's nested object."""
    attributes = kept.get("attributes", {})
    blocks = {name: found["block"] for name, found in kept.get("block_types", {}).items()}
    inner = {name: _block(found) for name, found in blocks.items()}
    for name, found in attributes.items():
        nested = _block(found["nested_type"]) if "nested_type" in found else _object(found["type"])
        if nested is not None:
            inner[name] = nested
    settable = {name for name, found in attributes.items() if found.get("required") or found.get("optional")}
    return Block(
        arguments=frozenset(settable),
        attributes=frozenset(attributes) - settable,
        inner=inner,
        deprecated={name: "" for name, found in {**attributes, **blocks}.items() if found.get("deprecated")},
    )


def _object(kind: Any) -> Block | None:
    """Return the attributes of an object, or of a collection of them: `["list", ["object", {...}]]`."""
    while isinstance(kind, list) and kind[0] != "object":
        kind = kind[1]
    if not isinstance(kind, list):
        return None
    nested = {name: found for name, inner in kind[1].items() if (found := _object(inner)) is not None}
    return Block(arguments=frozenset(kind[1]), inner=nested)
