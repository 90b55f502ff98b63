"""Holds that every policy and definition in the Terraform files was rendered, and so judged.

What a folder's own run blocks render counts: each resource of a folder that has a document has to appear in
them, and so does each statement.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.judges.documents import ROOT, Document

SID = re.compile(r'\bSid += "(\w+)"')
# By the form that terraform fmt gives the files: parsing them takes ten seconds.
RESOURCE = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
MODULE = re.compile(r'^module "\w+" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
SOURCE = re.compile(r'^  source +?= "(\.[^"]*)"', re.MULTILINE)
# Arguments that take a policy or a definition, whatever the resource is, in blocks too. Those left out name a
# queue or are switches.
ARGUMENT = re.compile(
    r"^ +(definition|(?!redrive_policy|block_public_policy)\w*policy|\w*policy_document|policy_text) +=",
    re.MULTILINE,
)
# Resources with such an argument that holds something else.
WITHOUT_DOCUMENT = {"aws_ecr_lifecycle_policy": "its rules are ECR's own and name no actions"}
PERMISSION = "aws_lambda_permission"
PATTERNS = (
    "terraform/*/*.tf",
    "terraform/*/*/*.tf",
    "terraform/examples/*/*/*.tf",
    "tests/integration/*/*.tf",
    "tests/running/*/*.tf",
    "scripts/benchmark/*/*.tf",
)


def folders(root: Path = ROOT) -> list[Path]:
    """Every Terraform folder that someone applies or calls."""
    return sorted({file.parent for pattern in PATTERNS for file in root.glob(pattern)})


def with_documents(folder: Path) -> set[str]:
    """The resources of a folder that have a document: type and name."""
    return {
        f"{kind}.{name}"
        for kind, name, body in RESOURCE.findall(_text(folder))
        if kind == PERMISSION or (ARGUMENT.search(body) and kind not in WITHOUT_DOCUMENT)
    }


def faults(documents: Iterable[Document], root: Path = ROOT) -> Iterator[str]:
    """Say which documents were not rendered."""
    rendered, sids = _rendered(documents)
    for folder in folders(root):
        name = folder.relative_to(root).as_posix()
        wanted = with_documents(folder) - rendered[name]
        wanted |= {f"the statement {sid}" for sid in SID.findall(_text(folder)) if sid not in sids[name]}
        for what in sorted(wanted):
            yield f"{name}: no run block renders {what}, so nobody judges it: add one in {name}/tests"
        if not rendered[name] and _modules_have_documents(folder):
            yield f"{name}: no run block renders what its modules have: add one in {name}/tests"


def _rendered(documents: Iterable[Document]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The resources of each folder itself that were rendered, and the Sids of all its documents."""
    resources, sids = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for document in documents:
        found = {statement.get("Sid", "") for statement in _listed(document.value.get("Statement"))}
        for place in document.places:
            resources[place.folder].add(place.resource if not place.module else "a module's")
            sids[place.folder] |= found
    return resources, sids


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _modules_have_documents(folder: Path) -> bool:
    """Whether a local module that the folder calls, at any depth, has a document."""
    waiting, seen = _called(folder), set[Path]()
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += _called(current)
    return any(with_documents(module) for module in seen)


def _called(folder: Path) -> list[Path]:
    sources = (SOURCE.search(body) for body in MODULE.findall(_text(folder)))
    return [(folder / source[1]).resolve() for source in sources if source]


def _text(folder: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.tf")))
