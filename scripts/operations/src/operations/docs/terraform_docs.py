"""The tables of inputs and outputs in the READMEs of Terraform modules, from the .tf files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from operations import hcl
from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGIN = "<!-- Inputs and outputs: `make docs` writes them from the .tf files. -->"
END = "<!-- End of inputs and outputs. -->"
_BETWEEN = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
_NEW_ITEM = re.compile(r"\n\s*(?=- )|\n\s*\n")
# Longer values would make the table unreadable: the table links to them.
MAX_CHARACTERS = 70


def readmes(root: Path) -> list[Path]:
    """Return the READMEs under terraform/ that have such tables."""
    found = [*(root / "terraform").glob("*/README.md"), *(root / "terraform").glob("*/*/README.md")]
    return [file for file in sorted(found) if BEGIN in file.read_text(encoding="utf-8")]


def write(readme: Path) -> bool:
    """Update the tables in a README; return whether that changed it."""
    before = readme.read_text(encoding="utf-8")
    after = updated(before, readme.parent)
    if after != before:
        readme.write_text(after, encoding="utf-8")
    return after != before


def updated(text: str, folder: Path) -> str:
    """Return a README's text with the tables of its folder filled in."""
    if not _BETWEEN.search(text):
        raise OperationError(f"{folder.name}/README.md has no place for tables: {BEGIN} ... {END}")
    return _BETWEEN.sub(lambda _: f"{BEGIN}\n{tables(folder)}\n{END}", text)


def tables(folder: Path) -> str:
    """Return the tables of a folder's inputs and outputs."""
    inputs = [_input(file, name, block) for file, name, block in _blocks(folder, "variable")]
    outputs = [f"| `{name}` | {_cell(block)} |" for _, name, block in _blocks(folder, "output")]
    parts = ["\n## Inputs\n", "| name | type | default | |", "|---|---|---|---|", *inputs] if inputs else []
    parts += ["\n## Outputs\n", "| name | |", "|---|---|", *outputs] if outputs else []
    return "\n".join([*parts, ""])


def _blocks(folder: Path, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield file, name and content of each block of a kind, files with short names first."""
    for file in sorted(folder.glob("*.tf"), key=lambda file: (len(file.name), file.name)):
        for labelled in hcl.parse(file.read_text(encoding="utf-8"), file.name).get(kind, []):
            for label, block in labelled.items():
                if label.startswith('"'):
                    yield file.name, label.strip('"'), block


def _input(file: str, name: str, block: dict[str, Any]) -> str:
    kind = hcl.source(block["type"])
    default = hcl.source(block["default"]) if "default" in block else None
    shown = "required" if default is None else _short(default, "see there", file)
    return f"| `{name}` | {_short(kind, kind.split('(')[0], file)} | {shown} | {_cell(block)} |"


def _short(text: str, otherwise: str, file: str) -> str:
    return f"`{text}`" if len(text) <= MAX_CHARACTERS else f"[{otherwise}]({file})"


def _cell(block: dict[str, Any]) -> str:
    text = hcl.string(block.get("description")) or ""
    text = text.strip().replace("|", "\\|").replace("<", "&lt;")
    # A cell is one line: list items and paragraphs begin after a <br>.
    return re.sub(r"\n\s*", " ", _NEW_ITEM.sub("<br>", text))
