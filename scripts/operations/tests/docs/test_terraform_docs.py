"""Descriptions of variables as cells of a table; tests/repo has the tests of complete READMEs."""

from pathlib import Path

import pytest

from operations.docs import terraform_docs


@pytest.mark.parametrize(
    ("description", "cell"),
    [
        ('"One line, a | b, <c>."', r"One line, a \| b, &lt;c>."),
        ("<<-EOT\n    One sentence.\n    Another.\n  EOT", "One sentence. Another."),
        (
            "<<-EOT\n    Where jobs run.\n    - `a`: the first,\n      in seconds.\n"
            "    - `b`: the second.\n\n    More.\n  EOT",
            "Where jobs run.<br>- `a`: the first, in seconds.<br>- `b`: the second.<br>More.",
        ),
    ],
)
def test_a_description_is_one_cell(description: str, cell: str, tmp_path: Path) -> None:
    (tmp_path / "outputs.tf").write_text(f'output "x" {{\n  description = {description}\n  value = 1\n}}\n')
    assert f"| `x` | {cell} |" in terraform_docs.tables(tmp_path).splitlines()
