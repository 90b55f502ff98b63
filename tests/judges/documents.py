"""Documents that Terraform renders: the policies, state machine definitions and states in its values.

A document is found by its form, whatever holds it, so that a new resource type or output cannot be forgotten.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

type Kind = Literal["policy", "definition", "state", "permission"]

ROOT = Path(__file__).resolve().parents[2]
# Where scripts/terraform-test writes what its run blocks render.
RENDERED = ROOT / "build/documents"
# https://states-language.net/spec.html#state-types
STATE_TYPES = {"Task", "Parallel", "Map", "Pass", "Wait", "Choice", "Succeed", "Fail"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a document was rendered. `attribute`: the path to it in the resource or output."""

    folder: str
    test: str
    run: str
    address: str
    attribute: str

    def __str__(self) -> str:
        """Name the resource first, then the run block that rendered it."""
        return f"{self.folder}: {self.address}.{self.attribute} ({self.test}, run {self.run})"

    @property
    def module(self) -> str:
        """The address of the module, with indices; empty for the folder itself."""
        *module, _, _ = _parts(self.address)
        return ".".join(module)

    @property
    def resource(self) -> str:
        """The resource's type and name, without modules and indices; the output's name with `output.`."""
        return ".".join(part.partition("[")[0] for part in _parts(self.address)[-2:])


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document and every place that rendered it with this content."""

    kind: Kind
    value: Mapping[str, Any]
    places: tuple[Place, ...]


def found_in(value: object, path: str = "") -> Iterator[tuple[str, Kind, Mapping[str, Any]]]:
    """Each document in a value, with its path: strings of JSON are looked into, documents are not."""
    if isinstance(value, str):
        if value.lstrip()[:1] in ("{", "["):
            yield from found_in(_parsed(value), path)
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from found_in(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        kind = kind_of(value)
        if kind:
            yield path, kind, value
            return
        for key, item in value.items():
            yield from found_in(item, f"{path}.{key}" if path else key)


def kind_of(value: Mapping[str, Any]) -> Kind | None:
    """Tell a document by its form."""
    if "Statement" in value:
        return "policy"
    if "States" in value and "StartAt" in value:
        return "definition"
    if value.get("Type") in STATE_TYPES:
        return "state"
    return None


def text_of(document: Document) -> str:
    """The document as IAM counts it: without white space."""
    return json.dumps(document.value, separators=(",", ":"), sort_keys=True)


def load(folder: Path = RENDERED) -> list[Document]:
    """Every document in the files of a folder, the same one of several places once."""
    places: dict[tuple[Kind, str], list[Place]] = {}
    for file in sorted(folder.glob("*.json")):
        for item in json.loads(file.read_text(encoding="utf-8"))["documents"]:
            key = (cast("Kind", item["kind"]), json.dumps(item["value"], sort_keys=True))
            places.setdefault(key, []).extend(Place(**place) for place in item["places"])
    return [
        Document(kind=kind, value=json.loads(text), places=tuple(found))
        for (kind, text), found in places.items()
    ]


def unrendered(folder: Path = RENDERED) -> list[Place]:
    """Every attribute that takes documents, by what was rendered elsewhere, and that a plan did not know."""
    taken = {
        (place.resource.partition(".")[0], place.attribute)
        for document in load(folder)
        for place in document.places
    }
    unknown = [
        Place(**place)
        for file in sorted(folder.glob("*.json"))
        for place in json.loads(file.read_text(encoding="utf-8")).get("unknown", ())
    ]
    return [place for place in unknown if (place.resource.partition(".")[0], place.attribute) in taken]


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _parts(address: str) -> list[str]:
    """The parts of an address between its dots; a dot in an index, as in `x["a.b"]`, parts nothing."""
    parts, quoted = [""], False
    for character in address:
        quoted ^= character == '"'
        if character == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts
