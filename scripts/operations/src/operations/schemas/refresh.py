"""`make schemas`: make the kept schemas anew, for what the files use now."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from operations import paths
from operations.artifacts.tools import pip_download
from operations.errors import OperationError
from operations.schemas import bindings, deprecations, installed
from operations.schemas.judge import FOLDER
from operations.schemas.used import files, uses

if TYPE_CHECKING:
    from operations.schemas.block import Key, Schema

# The first version that the modules' versions.tf allow, and the major version that their last is of.
OLDEST = "5.100.0"
NEWEST_MAJOR = "6"
# Not used, because no attribute of it fits both versions: whoever uses it again is told at once.
ALSO_KEPT = {("data", "aws_region")}


def refresh() -> None:
    """Write the schema of the oldest version, from Terraform, and of the newest, from packages.

    Raises OperationError when a package cannot be had, or is of a version that the modules do not allow.
    """
    keys = {use.key for file in files(paths.ROOT) for use in uses(file)} | ALSO_KEPT
    _write("aws-oldest.json", installed.read(OLDEST, keys), keys)
    with tempfile.TemporaryDirectory() as folder:
        for package in (bindings.PACKAGE, deprecations.PACKAGE):
            pip_download(package, "--no-deps", "--dest", folder)
        schema = bindings.read(_wheel(folder, bindings.PACKAGE), keys)
        if schema.version.partition(".")[0] != NEWEST_MAJOR:
            raise OperationError(
                f"{schema.sources[0]} is of provider {schema.version}; it must be of a version {NEWEST_MAJOR}"
            )
        _write("aws-newest.json", deprecations.mark(schema, _wheel(folder, deprecations.PACKAGE)), keys)


def _wheel(folder: str, package: str) -> Path:
    (wheel,) = Path(folder).glob(f"{package.replace('-', '_')}-*.whl")
    return wheel


def _write(name: str, schema: Schema, keys: set[Key]) -> None:
    """Write a schema with one line for each resource, and name what the provider does not have."""
    for kind, missing in sorted(keys - schema.blocks.keys()):
        print(f"provider {schema.version} has no {kind} {missing}", file=sys.stderr)
    parts = []
    for part, value in schema.as_json().items():
        if isinstance(value, dict):
            lines = (f"    {json.dumps(inner)}: {json.dumps(block)}" for inner, block in value.items())
            text = f"{{\n{',\n'.join(lines)}\n  }}"
        else:
            text = json.dumps(value)
        parts.append(f"  {json.dumps(part)}: {text}")
    file = paths.ROOT / FOLDER / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{{\n{',\n'.join(parts)}\n}}\n", encoding="utf-8")
    print(f"{FOLDER}/{name}: provider {schema.version}, {len(schema.blocks)} resources and data sources")
