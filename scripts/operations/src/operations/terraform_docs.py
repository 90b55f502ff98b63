"""The tables of inputs and outputs in the READMEs of Terraform modules, from what the .tf files say."""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING, Any

import hcl2

from operations.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGIN = "<!-- Inputs and outputs: `make docs` writes them from the .tf files. -->"
END = "<!-- End of inputs and outputs. -->"
_BETWEEN = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
# As hcl2 returns it: with its delimiters, and in quotes that escape nothing.
_HEREDOC = re.compile(r'"<<-(\w+)\n(.*)\n *\1"', re.DOTALL)
# What is longer makes a table that nobody can read: it is linked to.
MAX_CHARACTERS = 70


def readmes(root: Path) -> list[Path]:
    """All READMEs under terraform/ that have such tables."""
    found = [*(root / "terraform").glob("*/README.md"), *(root / "terraform").glob("*/*/README.md")]
    return [file for file in sorted(found) if BEGIN in file.read_text(encoding="utf-8")]


def write(readme: Path) -> bool:
    """Write the tables into a README; tell whether that changed it."""
    before = readme.read_text(encoding="utf-8")
    after = updated(before, readme.parent)
    if after != before:
        readme.write_text(after, encoding="utf-8")
    return after != before


def updated(text: str, folder: Path) -> str:
    """Return a README with the tables of a folder in their place."""
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
    """Each block of a kind: file, name, content. First the files that are named after the kind."""
    for file in sorted(folder.glob("*.tf"), key=lambda file: (len(file.name), file.name)):
        for labelled in hcl2.loads(file.read_text(encoding="utf-8")).get(kind, []):
            for label, block in labelled.items():
                if label.startswith('"'):
                    yield file.name, label.strip('"'), block


def _input(file: str, name: str, block: dict[str, Any]) -> str:
    kind = str(block["type"]).removeprefix("${").removesuffix("}")
    default = _plain(block["default"]) if "default" in block else None
    shown = "required" if default is None else _short(default, "see there", file)
    return f"| `{name}` | {_short(kind, kind.split('(')[0], file)} | {shown} | {_cell(block)} |"


def _short(text: str, otherwise: str, file: str) -> str:
    return f"`{text}`" if len(text) <= MAX_CHARACTERS else f"[{otherwise}]({file})"


def _plain(value: Any) -> str:
    """A default as HCL has it."""
    if isinstance(value, dict):
        items = ", ".join(f"{str(key).strip('"')} = {_plain(item)}" for key, item in value.items())
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_plain(item) for item in value)}]"
    return value if isinstance(value, str) else json.dumps(value)


def _cell(block: dict[str, Any]) -> str:
    """A description on one line of a table, with a line break before each paragraph and list item."""
    text = str(_text(block["description"])) if "description" in block else ""
    parts = [" ".join(part.split()) for part in re.split(r"\n\n|\n(?=- )", text)]
    return "<br>".join(part.replace("|", "\\|").replace("<", "&lt;") for part in parts)


def _text(literal: str) -> Any:
    heredoc = _HEREDOC.fullmatch(literal)
    return textwrap.dedent(heredoc[2]) if heredoc else json.loads(literal)
