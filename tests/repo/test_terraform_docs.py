"""The tables in the modules' READMEs match the .tf files."""

from pathlib import Path

import pytest

from operations.docs import terraform_docs
from operations.errors import OperationError

ROOT = Path(__file__).resolve().parents[2]
MODULES = set((ROOT / "terraform/modules").glob("*/README.md"))
MODULE = """
variable "name" {
  description = "A \\"name\\": a|b."
  type        = string
}

variable "size" {
  description = "How large."
  type        = object({ cpu = optional(number, 1) })
  default     = { cpu = 2, kind = "x" }
  validation {
    condition     = var.size.cpu > 0
    error_message = "size must have a cpu above 0. Given: ${var.size.cpu}."
  }
}

variable "long" {
  description = <<-EOT
    Long:
    more than "one" line.

    - `first`: a|b.
    - `second`: in
      <two> lines.

    The end.
  EOT
  type        = object({ first_of_many = string, second_of_many = string, third_of_many = string })
  default     = null
}
"""
OUTPUT = 'output "arn" {\n  description = "Its ARN."\n  value       = "x"\n}\n'


def test_every_module_has_tables() -> None:
    assert len(MODULES) > 10
    assert MODULES - set(terraform_docs.readmes(ROOT)) == set()


@pytest.mark.parametrize(
    "readme", terraform_docs.readmes(ROOT), ids=lambda file: str(file.parent.relative_to(ROOT))
)
def test_the_tables_are_up_to_date(readme: Path) -> None:
    text = readme.read_text()
    assert terraform_docs.updated(text, readme.parent) == text, "run: make docs"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "variables.tf").write_text(MODULE)
    (tmp_path / "outputs.tf").write_text(OUTPUT)
    (tmp_path / "README.md").write_text(f"# A\n\n{terraform_docs.BEGIN}\nold\n{terraform_docs.END}\n\nend\n")
    return tmp_path


def test_a_table_shows_inputs_and_outputs(module: Path) -> None:
    assert terraform_docs.write(module / "README.md")
    lines = (module / "README.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("| `")] == [
        '| `name` | `string` | required | A "name": a\\|b. |',
        '| `size` | `object({cpu = optional(number, 1)})` | `{ cpu = 2, kind = "x" }` | How large. |',
        "| `long` | [object](variables.tf) | `null` | "
        'Long: more than "one" line.<br>- `first`: a\\|b.<br>- `second`: in &lt;two> lines.<br>The end. |',
        "| `arn` | Its ARN. |",
    ]
    assert lines[0] == "# A"
    assert lines[-1] == "end"
    assert not terraform_docs.write(module / "README.md")


def test_every_change_of_a_variable_changes_the_tables(module: Path) -> None:
    terraform_docs.write(module / "README.md")
    for before, after in (("How large", "How small"), ("cpu = 2", "cpu = 3"), ("= string", "= number")):
        file = module / "variables.tf"
        file.write_text(MODULE.replace(before, after))
        assert terraform_docs.write(module / "README.md"), before
    (module / "outputs.tf").write_text(OUTPUT.replace('"arn"', '"name"'))
    assert terraform_docs.write(module / "README.md")


def test_a_readme_without_a_place_for_tables_is_refused(module: Path) -> None:
    (module / "README.md").write_text("# A\n")
    with pytest.raises(OperationError, match="has no place for tables"):
        terraform_docs.write(module / "README.md")
