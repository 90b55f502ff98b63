"""The schema of a provider, from the classes that CDK Terrain generates of it: cdktn-provider-aws on PyPI.

Where no registry of providers can be reached, the packages' can. Each argument's documentation has its name
in Terraform; attributes that are only read have a name in camel case. The classes do not tell what is
deprecated.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

from operations.errors import OperationError
from operations.schemas.block import Block, Key, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

PACKAGE = "cdktn-provider-aws"
_ASSEMBLY = "package/.jsii"
_PACKAGE_JSON = "package/package.json"
# In {@link ADDRESS#max_size BatchQueue#max_size}; no other link repeats its fragment.
_NAME = re.compile(r"\{@link [^ #]+#(\w+) \w+#\1\}")
# What every class of a resource, or of an object in it, has besides attributes.
_OWN = re.compile(r"\w+Input|tfResourceType|internalValue|fqn|complexObject\w+")


def read(wheel: Path, keys: Iterable[Key]) -> Schema:
    """Return the schema that a wheel was generated from; a key that it does not have is left out."""
    assembly, about = _members(wheel)
    types = _Types(assembly["types"], assembly["name"])
    found = {key: block for key in keys if (block := types.find(key)) is not None}
    version = about["cdktf"]["provider"]["version"]
    return Schema(version=version, sources=[f"{PACKAGE} {assembly['version']}"], blocks=found)


def camel(name: str) -> str:
    """Return a name of Terraform as the classes have it."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _members(wheel: Path) -> tuple[Any, Any]:
    with zipfile.ZipFile(wheel) as archive:
        (inner,) = (name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        data = archive.read(inner)
    texts: dict[str, Any] = {}
    # As a stream: the archive is only unpacked once.
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|gz") as package:
        for member in package:
            if (
                member.name in (_ASSEMBLY, _PACKAGE_JSON)
                and (file := package.extractfile(member)) is not None
            ):
                texts[member.name] = json.load(file)
    try:
        return texts[_ASSEMBLY], texts[_PACKAGE_JSON]
    except KeyError as error:
        raise OperationError(f"{wheel.name} has no {error}: it is not a jsii package") from None


class _Types:
    def __init__(self, types: Mapping[str, Any], package: str) -> None:
        self._types, self._package = types, package

    def find(self, key: Key) -> Block | None:
        kind, name = key
        if kind == "provider":
            return self._block(f"{self._package}.provider.AwsProvider", "Config")
        prefix = "dataAws" if kind == "data" else ""
        plain = camel(name.removeprefix("aws_"))
        module = f"{prefix}{plain[0].upper()}{plain[1:]}" if prefix else plain
        name = f"{self._package}.{module}.{module[0].upper()}{module[1:]}"
        # The generator adds an A to a name that an object in another resource has.
        return self._block(name, "Config") or self._block(f"{name}A", "Config")

    def _block(self, name: str, suffix: str = "") -> Block | None:
        """Merge the type with what can be set and the class with what can be read."""
        settable = self._types.get(f"{name}{suffix}")
        read = self._types.get(name if suffix else f"{name}OutputReference")
        if settable is None and read is None:
            return None
        arguments = {_terraform_name(found): found for found in _properties(settable)}
        known = {found["name"] for found in arguments.values()}
        attributes = {
            snake(found["name"]): found
            for found in _properties(read)
            if found["name"] not in known and not _OWN.fullmatch(found["name"])
        }
        inner = {}
        for key, found in {**attributes, **arguments}.items():
            nested = self._object(found["type"])
            if nested is not None:
                inner[key] = nested
        return Block(arguments=frozenset(arguments), attributes=frozenset(attributes), inner=inner)

    def _object(self, kind: Mapping[str, Any]) -> Block | None:
        for name in _names(kind):
            if name.startswith(f"{self._package}."):
                plain = name.removesuffix("OutputReference").removesuffix("List").removesuffix("Map")
                return self._block(plain)
        return None


def _properties(found: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    properties: Sequence[Mapping[str, Any]] = (found or {}).get("properties", [])
    return properties


def _names(kind: Mapping[str, Any]) -> Iterable[str]:
    """Yield the names of the types in a type."""
    if "fqn" in kind:
        yield kind["fqn"]
    for part in kind.get("union", {}).get("types", []):
        yield from _names(part)
    if "collection" in kind:
        yield from _names(kind["collection"]["elementtype"])


def _terraform_name(found: Mapping[str, Any]) -> str:
    docs = found.get("docs", {})
    match = _NAME.search(f"{docs.get('summary', '')} {docs.get('remarks', '')}")
    return match[1] if match else snake(found["name"])
