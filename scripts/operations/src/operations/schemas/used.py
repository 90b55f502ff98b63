"""What Terraform files use of the AWS provider: arguments that they set, attributes that they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.schemas import references
from operations.schemas.code import line, only_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hcl2.rules.base import BodyRule

    from operations.schemas.block import Key

FOLDERS = ("terraform", "tests", "scripts")
PATTERNS = ("*.tf", "*.tf.txt", "*.tftest.hcl")
# Terraform's own; the provider's schema does not have them.
# https://developer.hashicorp.com/terraform/language/meta-arguments
META = {
    "resource": {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"},
    "data": {"count", "for_each", "provider", "depends_on", "lifecycle"},
    "provider": {"alias", "version"},
}


@dataclass(frozen=True, kw_only=True)
class Use:
    """A name that a file sets or reads; an empty `path` is the resource itself."""

    key: Key
    path: tuple[str, ...]
    is_set: bool
    file: Path
    line: int


def files(root: Path) -> list[Path]:
    """Return the Terraform files of a checkout."""
    found = {file for folder in FOLDERS for pattern in PATTERNS for file in (root / folder).rglob(pattern)}
    return sorted(file for file in found if not any(part.startswith(".") for part in file.parts))


def uses(file: Path) -> Iterator[Use]:
    """Yield what a file uses."""
    text = file.read_text(encoding="utf-8")
    if not file.name.endswith(".tftest.hcl"):
        yield from _set(text, file)
    for key, path, position in references.read(text, only_code(text)):
        yield Use(key=key, path=path, is_set=False, file=file, line=line(text, position))


def _set(text: str, file: Path) -> Iterator[Use]:
    # Importing and building the parser takes seconds.
    from hcl2 import api
    from hcl2.rules.base import BlockRule

    for block in api.parses(text).body.children:
        if not isinstance(block, BlockRule):
            continue
        labels = [str(label.serialize()).strip('"') for label in block.labels]
        if labels[0] in META and (labels[1].startswith("aws_") or labels[:2] == ["provider", "aws"]):
            key = labels[0], labels[1]
            yield Use(key=key, path=(), is_set=True, file=file, line=block._meta.line)
            yield from _body(block.body, key, (), file)


def _body(body: BodyRule, key: Key, path: Sequence[str], file: Path) -> Iterator[Use]:
    from hcl2.rules.base import AttributeRule, BlockRule

    for child in body.children:
        inner = None
        if isinstance(child, AttributeRule):
            name = str(child.identifier.serialize())
        elif isinstance(child, BlockRule):
            labels = [str(label.serialize()).strip('"') for label in child.labels]
            name, inner = labels[-1], child.body
            if labels[0] == "dynamic":
                inner = _content(child.body)
        else:
            continue
        if path or name not in META[key[0]]:
            here = (*path, name)
            yield Use(key=key, path=here, is_set=True, file=file, line=child._meta.line)
            if inner is not None:
                yield from _body(inner, key, here, file)


def _content(body: BodyRule) -> BodyRule:
    """Return what a dynamic block repeats."""
    from hcl2.rules.base import BlockRule

    (content,) = (
        child
        for child in body.children
        if isinstance(child, BlockRule) and child.labels[0].serialize() == "content"
    )
    return content.body
