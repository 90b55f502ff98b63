"""What a provider's schema says of a resource, a data source or the provider itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The kind and the type of what a schema describes: ("resource", "aws_sqs_queue"), ("data", "aws_region"),
# ("provider", "aws").
type Key = tuple[str, str]

PROVIDER = "hashicorp/aws"


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block's names.

    `arguments` can be set, `attributes` only read; `inner` has those that are blocks or objects. `deprecated`
    has the provider's message, where it is known, for each name that it deprecates.
    """

    arguments: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    inner: Mapping[str, Block] = field(default_factory=dict)
    deprecated: Mapping[str, str] = field(default_factory=dict)

    @property
    def settable(self) -> frozenset[str]:
        return self.arguments | (frozenset(self.inner) - self.attributes)

    @property
    def readable(self) -> frozenset[str]:
        return self.arguments | self.attributes | frozenset(self.inner)

    def as_json(self) -> dict[str, Any]:
        """Return what a file keeps; empty parts are left out."""
        parts = {
            "arguments": sorted(self.arguments),
            "attributes": sorted(self.attributes),
            "deprecated": dict(sorted(self.deprecated.items())),
            "inner": {name: block.as_json() for name, block in sorted(self.inner.items())},
        }
        return {name: part for name, part in parts.items() if part}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Block:
        return cls(
            arguments=frozenset(kept.get("arguments", [])),
            attributes=frozenset(kept.get("attributes", [])),
            deprecated=kept.get("deprecated", {}),
            inner={name: cls.from_json(block) for name, block in kept.get("inner", {}).items()},
        )


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The part of a provider's schema that this project uses. `sources`: what it was made from."""

    version: str
    sources: Sequence[str]
    blocks: Mapping[Key, Block]

    def as_json(self) -> dict[str, Any]:
        kinds: dict[str, dict[str, Any]] = {}
        for (kind, name), block in sorted(self.blocks.items()):
            kinds.setdefault(kind, {})[name] = block.as_json()
        return {"provider": PROVIDER, "version": self.version, "sources": list(self.sources), **kinds}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Schema:
        blocks = {
            (kind, name): Block.from_json(block)
            for kind in ("resource", "data", "provider")
            for name, block in kept.get(kind, {}).items()
        }
        return cls(version=kept["version"], sources=kept["sources"], blocks=blocks)
