"""Every argument and attribute in use is in the oldest and the newest provider that the modules allow."""

from pathlib import Path

import pytest
from tests.repo import terraform

from operations.schemas import judge

HEAD = """
resource "aws_sqs_queue" "one" {
  name = "one"
}

resource "aws_sqs_queue" "many" {
  for_each = toset(["a"])
  name     = each.key
}

data "aws_region" "current" {}

resource "aws_batch_compute_environment" "this" {
  type = "MANAGED"
"""
LINES = HEAD.count("\n")


def test_all_that_the_files_use_exists_and_is_not_deprecated(root: Path) -> None:
    assert judge.problems(root) == []


def test_the_kept_schemas_are_of_the_first_and_the_last_allowed_version(root: Path) -> None:
    newest, oldest = judge.read(root)
    assert oldest.version == "5.100.0"
    assert newest.version.startswith("6.")
    allowed = 'version = ">= 5.100, < 7"'
    modules = [file.parent for file in root.glob("terraform/modules/*/versions.tf")]
    # Without resources and data sources a module needs no provider.
    users = [
        module
        for module in modules
        if terraform.blocks(module, "resource") or terraform.blocks(module, "data")
    ]
    assert len(users) > 10
    assert [module for module in users if allowed not in (module / "versions.tf").read_text()] == []


def found(root: Path, tmp_path: Path, inside: str, outside: str = "") -> list[str]:
    """What is wrong with a file that has these lines inside a compute environment, and outside."""
    file = tmp_path / "main.tf"
    file.write_text(f"{HEAD}{inside}\n}}\n{outside}\n", encoding="utf-8")
    return [problem.removeprefix(f"{file}:") for problem in judge.problems(root, [file])]


@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        ('name_prefix = "a"', "name_prefix does not exist in provider 5.100.0"),
        ('compute_environment_name_prefix = "a"', "name_prefix does not exist in provider 6."),
        ('arn = "a"', "aws_batch_compute_environment.arn cannot be set in provider 5.100.0"),
        ("compute_resources {\nbid = 1 }", "compute_resources.bid does not exist in provider 5.100.0"),
        (
            'compute_resources {\n dynamic "launch_template" {\n for_each = [1]\n'
            '  content {\n invented = "a"\n }\n }\n }',
            "compute_resources.launch_template.invented does not exist in provider 5.100.0",
        ),
        ("lifecycle {\n ignore_changes = [tags, gone[0]]\n }", "gone does not exist in provider 5.100.0"),
        ("lifecycle {\n precondition {\n condition = self.gone\n }\n }", "gone does not exist"),
    ],
)
def test_an_argument_that_a_version_lacks_is_found(
    root: Path, tmp_path: Path, inside: str, problem: str
) -> None:
    problems = found(root, tmp_path, inside)
    where = (
        LINES
        + 1
        + inside[: max(inside.find(word) for word in ("bid", "invented", "gone", inside))].count("\n")
    )
    assert any(problem in line and line.startswith(f"{where}: ") for line in problems), problems


@pytest.mark.parametrize(
    "read",
    [
        "aws_sqs_queue.one.gone",
        "[for queue in aws_sqs_queue.many : queue.gone]",
        "{ for key, queue in aws_sqs_queue.many : key => queue.gone }",
        'aws_sqs_queue.many["a"].gone',
        "[for n in [1] : [aws_sqs_queue.many[keys(aws_sqs_queue.many)[0]].gone]]",
        "values(aws_sqs_queue.many)[*].gone",
        "aws_sqs_queue.many.*.gone",
        '"queue ${upper("${aws_sqs_queue.one.gone}")}"',
        "<<-EOT\n  the queue ${aws_sqs_queue.one.gone}\nEOT",
    ],
)
def test_an_attribute_that_no_version_has_is_found(root: Path, tmp_path: Path, read: str) -> None:
    problems = found(root, tmp_path, "", f'output "a" {{\n  value = {read}\n}}')
    gone = LINES + 4 + read[: read.find(".gone")].count("\n")
    assert len(problems) == 2, problems
    assert all(line.startswith(f"{gone}: resource aws_sqs_queue.gone does not exist") for line in problems)


@pytest.mark.parametrize(
    "block",
    [
        'resource "aws_sqs_queue" "more" {\n for_each = aws_sqs_queue.many\n name = each.value.gone\n}',
        'module "m" {\n source = "./m"\n for_each = aws_sqs_queue.many\n a = each.value.gone\n}',
        'resource "aws_iam_role" "r" {\n dynamic "inline_policy" {\n for_each = aws_sqs_queue.many\n'
        " content {\n name = inline_policy.value.gone\n }\n }\n}",
        'resource "aws_iam_role" "r" {\n dynamic "inline_policy" {\n for_each = aws_sqs_queue.many\n'
        " iterator = it\n content {\n name = it.value.gone\n }\n }\n}",
    ],
)
def test_an_attribute_of_an_element_that_no_version_has_is_found(
    root: Path, tmp_path: Path, block: str
) -> None:
    problems = found(root, tmp_path, "", block)
    assert sum("resource aws_sqs_queue.gone does not exist" in line for line in problems) == 2, problems


@pytest.mark.parametrize("name", ["name", "id"])
def test_a_deprecated_attribute_is_found_with_what_to_use(root: Path, tmp_path: Path, name: str) -> None:
    (problem,) = found(root, tmp_path, "", f"locals {{ region = data.aws_region.current.{name} }}")
    assert problem.startswith(f"{LINES + 3}: data aws_region.{name} is deprecated in provider 6.")
    assert "Use" in problem
    assert "region" in problem.rpartition("Use")[2]


def test_a_resource_that_is_not_kept_names_the_command(root: Path, tmp_path: Path) -> None:
    problems = found(root, tmp_path, "", 'resource "aws_invented" "a" {}')
    assert len(problems) == 2
    assert all("`make schemas`" in line and "resource aws_invented" in line for line in problems)


def test_comments_and_literals_are_not_code(root: Path, tmp_path: Path) -> None:
    gone = "aws_sqs_queue.one.gone"
    text = f'# {gone}\nlocals {{ a = "{gone} $${{{gone}}}" }} // {gone}\n/* {gone}\n{gone} */'
    assert found(root, tmp_path, "", text) == []


def test_an_allowance_that_nothing_needs_is_a_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "files", lambda _: [])
    (problem,) = judge.problems(root)
    assert "global_secondary_index.hash_key" in problem
    assert "remove it" in problem
