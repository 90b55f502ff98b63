"""Permissions in Terraform name their actions; every wildcard and every skipped check gives its reason."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hcl2 import api
from hcl2.rules.abstract import LarkElement
from hcl2.rules.expressions import ConditionalRule, ExprTermRule
from tests.repo import terraform

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("terraform/modules/*/*.tf"), *ROOT.glob("terraform/environments/*/*.tf")])
NAMED = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z]+")
# Regular expressions on the text: these check comments, which hcl2 does not keep in place.
EVERY_RESOURCE = re.compile(r'\bResource\s*=\s*\[?\s*"\*"')
SKIP = re.compile(r"checkov:skip=(\S*?)(?::\s*(.*))?$", re.MULTILINE)


def statements(document: LarkElement) -> Iterator[terraform.Expressions]:
    """The objects whose `Effect` is not the literal "Deny"."""
    for found in terraform.objects(document):
        if "Effect" in found and terraform.value(found["Effect"]) != "Deny":
            yield found


def unnamed(statement: terraform.Expressions) -> list[str]:
    """What a statement has in place of an action's name; its keys, if it lists no actions."""
    if "Action" not in statement or {"NotAction", "NotResource"} & set(statement):
        return sorted(statement)
    return [
        action
        for either in alternatives(statement["Action"])
        for action in listed(terraform.value(either))
        if not NAMED.fullmatch(action)
    ]


def alternatives(element: LarkElement) -> list[LarkElement]:
    """The values between which a conditional expression chooses; the element itself if it is none."""
    inner = element.expression if isinstance(element, ExprTermRule) else element
    if not isinstance(inner, ConditionalRule):
        return [element]
    return [*alternatives(inner.if_true), *alternatives(inner.if_false)]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unexplained(text: str) -> list[int]:
    """The lines that name every resource and have no comment above."""
    lines = text.splitlines()
    return [
        number
        for number, line in enumerate(lines, start=1)
        if EVERY_RESOURCE.search(line) and not lines[number - 2].lstrip().startswith("# ")
    ]


def without_reason(text: str) -> list[str]:
    return [check for check, reason in SKIP.findall(text) if len(reason.split()) < 4]


def _id(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", FILES, ids=_id)
def test_every_permission_names_its_actions(file: Path) -> None:
    found = statements(terraform.document(file))
    assert [action for statement in found for action in unnamed(statement)] == []


@pytest.mark.parametrize("file", FILES, ids=_id)
def test_every_wildcard_resource_and_every_skipped_check_has_a_reason(file: Path) -> None:
    text = file.read_text()
    assert unexplained(text) == []
    assert without_reason(text) == []


def test_policies_are_written_in_the_one_form_read_here() -> None:
    assert sum(len(list(statements(terraform.document(file)))) for file in FILES) > 50
    assert not any("aws_iam_policy_document" in file.read_text() for file in FILES)
    # A check is skipped at its resource, and nowhere else.
    assert "skip-check" not in (ROOT / "terraform/.checkov.yaml").read_text()


@pytest.mark.parametrize(
    ("rest", "problems"),
    [
        ('Action = "s3:*"', ["s3:*"]),
        ('Action = ["s3:GetObject", "s3:Put*"]', ["s3:Put*"]),
        ('Action = "s3:${var.x}"', ["s3:${var.x}"]),
        ("Action = var.actions", ["${var.actions}"]),
        ('Action = var.x ? ["s3:GetObject"] : ["s3:*", "s3:PutObject"]', ["s3:*"]),
        ('Action = var.x == "s3:*" ? "s3:GetObject" : "s3:PutObject"', []),
        ('Action = ["s3:GetObject"], NotResource = "a"', ["Action", "Effect", "NotResource"]),
        ('NotAction = ["s3:GetObject"]', ["Effect", "NotAction"]),
        ('Action = ["s3:GetObject"], Resource = { a = {} }', []),
    ],
)
def test_an_unnamed_action_is_found_however_deep_its_statement_is(rest: str, problems: list[str]) -> None:
    text = f'locals {{\n  x = concat([{{ Effect = "Allow", {rest} }}], [])\n}}\n'
    (statement,) = statements(api.parses(text))
    assert unnamed(statement) == problems


def test_a_missing_reason_is_found() -> None:
    assert unexplained('Sid = "A"\nResource = ["*"]\n# Why.\nResource = "*"') == [2]
    skips = "#checkov:skip=CKV_1: it is so and so\n#checkov:skip=CKV_2\n#checkov:skip=CKV_3: no"
    assert without_reason(skips) == ["CKV_2", "CKV_3"]
