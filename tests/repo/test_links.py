"""No document links to a file or section that does not exist."""

import re
from pathlib import Path

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(file: Path) -> set[str]:
    return {anchor(heading) for heading in HEADING.findall(file.read_text())}


def broken(file: Path) -> list[str]:
    """The links of a document that lead nowhere."""
    found = []
    for link in LINK.findall(FENCED.sub("", file.read_text())):
        path, _, section = link.partition("#")
        if link.startswith(("http://", "https://")):
            continue
        target = file if path == "" else file.parent / path
        if not target.exists() or (section and section not in anchors(target)):
            found.append(link)
    return found


def test_every_link_leads_somewhere(root: Path, files: list[Path]) -> None:
    # A document among sources is a template, for a document elsewhere.
    documents = [file for file in files if file.suffix == ".md" and "src" not in file.parts]
    found = {str(file): broken(root / file) for file in documents}
    assert {file: links for file, links in found.items() if links} == {}


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# The end\n[x](a.md#the-end) [y](#nowhere) [z](b.md) [w](https://aws.amazon.com)\n")
    assert broken(file) == ["#nowhere", "b.md"]
