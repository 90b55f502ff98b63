"""Holds that every policy and definition in the Terraform files was rendered, and so judged.

What a folder's own run blocks render counts: each resource of a folder that has a document has to appear in them.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.judges.documents import ROOT, Document
from tests.repo import terraform

# Attributes that take a policy or a definition, whatever the resource is.
ATTRIBUTES = re.compile(r"policy|assume_role_policy|definition|.*_policy_document|access_policy|resource_policy")
# They have a `policy` that is no document.
WITHOUT_DOCUMENTS: dict[str, str] = {}
PERMISSION = "aws_lambda_permission"


def folders(root: Path = ROOT) -> list[Path]:
    """Every Terraform folder that a user can apply or call, and those of the integration tests."""
    patterns = ("terraform/*/*.tf", "terraform/*/*/*.tf", "tests/integration/*/*.tf")
    return sorted({file.parent for pattern in patterns for file in root.glob(pattern)})


def with_documents(folder: Path) -> Iterator[str]:
    """The resources of a folder that have a document: type and name."""
    for block in terraform.blocks(folder, "resource"):
        kind, name = block.labels[1:3]
        has_document = any(ATTRIBUTES.fullmatch(attribute) for attribute in block.attributes)
        if kind == PERMISSION or (has_document and kind not in WITHOUT_DOCUMENTS):
            yield f"{kind}.{name}"


def faults(documents: Iterable[Document], root: Path = ROOT) -> Iterator[str]:
    """Say which documents were not rendered."""
    rendered: dict[str, set[str]] = {}
    for document in documents:
        for place in document.places:
            rendered.setdefault(place.folder, set()).update({place.resource} if not place.module else {"module"})
    for folder in folders(root):
        name = folder.relative_to(root).as_posix()
        for resource in sorted(set(with_documents(folder)) - rendered.get(name, set())):
            yield f"{name}: no run block renders {resource}, so nobody judges it: add one in {name}/tests"
        calls = terraform.blocks(folder, "module")
        if calls and name not in rendered and _has_documents(folder, root):
            yield f"{name}: no run block renders its modules' policies and definitions: add one in {name}/tests"


def _has_documents(folder: Path, root: Path) -> bool:
    """Whether the folder or a local module that it calls, at any depth, has a document."""
    waiting, seen = [folder], set()
    while waiting:
        current = waiting.pop()
        if current in seen or not current.is_relative_to(root):
            continue
        seen.add(current)
        if any(with_documents(current)):
            return True
        for block in terraform.blocks(current, "module"):
            source = terraform.value(block.attributes["source"])
            if source.startswith("."):
                waiting.append((current / source).resolve())
    return False
