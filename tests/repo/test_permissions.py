"""What Terraform allows is named: actions by name, every wildcard and every skipped check with its reason."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("terraform/modules/*/*.tf"), *ROOT.glob("terraform/environments/*/*.tf")])
EFFECT = re.compile(r'\bEffect\s*=\s*"Allow"')
ACTION = re.compile(r'\bAction\s*=\s*(\[[^\]]*\]|"[^"]*")')
NAMED = re.compile(r'^"[a-z0-9-]+:[A-Z][A-Za-z]+"$')
EVERY_RESOURCE = re.compile(r'\bResource\s*=\s*\[?\s*"\*"')
SKIP = re.compile(r"checkov:skip=(\S*?)(?::\s*(.*))?$", re.MULTILINE)


def statements(text: str) -> Iterator[str]:
    """The objects that have `Effect = "Allow"`, from brace to brace."""
    for effect in EFFECT.finditer(text):
        begin = _unmatched(text[: effect.start()][::-1], "}", "{")
        end = _unmatched(text[effect.end() :], "{", "}")
        yield text[effect.start() - begin : effect.end() + end]


def _unmatched(text: str, opens: str, closes: str) -> int:
    depth = 0
    for position, character in enumerate(text):
        if character == closes and depth == 0:
            return position
        depth += {opens: 1, closes: -1}.get(character, 0)
    raise ValueError("no brace closes this")


def unnamed(statement: str) -> list[str]:
    """What stands for actions and names none; the statement itself where no literal action stands in it."""
    found = ACTION.findall(statement)
    if len(found) != 1 or "NotAction" in statement or "NotResource" in statement:
        return [statement]
    return [action for action in re.findall(r'"[^"]*"', found[0]) if not NAMED.match(action)]


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
    assert [found for statement in statements(file.read_text()) for found in unnamed(statement)] == []


@pytest.mark.parametrize("file", FILES, ids=_id)
def test_every_wildcard_resource_and_every_skip_has_a_reason(file: Path) -> None:
    text = file.read_text()
    assert unexplained(text) == []
    assert without_reason(text) == []


def test_policies_are_written_in_the_one_form_that_is_read_here() -> None:
    texts = [file.read_text() for file in FILES]
    assert sum(len(list(statements(text))) for text in texts) > 20
    assert not any("aws_iam_policy_document" in text for text in texts)
    # A check is left out where its resource is, and nowhere else.
    assert "skip-check" not in (ROOT / "terraform/.checkov.yaml").read_text()


def test_what_is_not_named_is_found() -> None:
    for action in ('"s3:*"', '["s3:GetObject", "s3:Put*"]', "var.actions"):
        (statement,) = statements(f'x = {{ Effect = "Allow", Action = {action}, Resource = [{{}}] }}')
        assert unnamed(statement) != []
    (statement,) = statements('x = { Effect = "Allow", Action = ["s3:GetObject"], Resource = { a = {} } }')
    assert unnamed(statement) == []
    assert unexplained('Sid = "A"\nResource = ["*"]\n# Why.\nResource = "*"') == [2]
    assert without_reason(
        "#checkov:skip=CKV_1: it is so and so\n#checkov:skip=CKV_2\n#checkov:skip=CKV_3: no"
    ) == [
        "CKV_2",
        "CKV_3",
    ]
