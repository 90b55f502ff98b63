"""A module, example or environment cannot be forgotten, and neither can one of its statements."""

from pathlib import Path
from typing import Any

import pytest
from tests.judges import completeness
from tests.judges.documents import ROOT, Document, Place

ROLE = """resource "aws_iam_role_policy" "this" {
  role = "a"
  policy = jsonencode({
    Statement = [{
      Sid    = "One"
    }]
  })
}
"""
PERMISSION = 'resource "aws_lambda_permission" "this" {\n  action = "lambda:InvokeFunction"\n}\n'
NO_DOCUMENT = 'resource "aws_sqs_queue" "this" {\n  name           = "a"\n  redrive_policy = "b"\n}\n'
CALL = 'module "a" {\n  source = "../../modules/a"\n}\n'


def _folders(root: Path, **files: str) -> None:
    for name, text in files.items():
        folder = root / "terraform" / name.replace("__", "/")
        folder.mkdir(parents=True)
        (folder / "main.tf").write_text(text)


def _document(folder: str, address: str, *sids: str) -> Document:
    place = Place(folder=folder, test="t", run="r", address=address, attribute="policy")
    value: dict[str, Any] = {"Statement": [{"Sid": sid} for sid in sids]}
    return Document(kind="policy", value=value, places=(place,))


@pytest.mark.parametrize(
    ("rendered", "missing"),
    [
        ([("terraform/modules/a", "aws_iam_role_policy.this[0]", "One")], []),
        ([], ["aws_iam_role_policy.this", "the statement One"]),
        ([("terraform/modules/a", "aws_iam_role_policy.this", "Two")], ["the statement One"]),
        ([("terraform/modules/a", "aws_iam_role_policy.that", "One")], ["aws_iam_role_policy.this"]),
        (
            [("terraform/modules/b", "aws_iam_role_policy.this", "One")],
            ["aws_iam_role_policy.this", "the statement One"],
        ),
        ([("terraform/modules/a", "module.b.aws_iam_role_policy.this", "One")], ["aws_iam_role_policy.this"]),
    ],
)
def test_what_no_run_block_of_the_folder_renders_is_told(
    tmp_path: Path, rendered: list[tuple[str, str, str]], missing: list[str]
) -> None:
    _folders(tmp_path, modules__a=ROLE)
    found = list(completeness.faults([_document(*one) for one in rendered], tmp_path))
    assert found == [
        f"terraform/modules/a: no run block renders {what}, so nobody judges it: "
        "add one in terraform/modules/a/tests"
        for what in missing
    ]


def test_a_permission_is_a_document_and_a_redrive_policy_is_none(tmp_path: Path) -> None:
    _folders(tmp_path, modules__a=PERMISSION, modules__b=NO_DOCUMENT)
    (fault,) = completeness.faults([], tmp_path)
    assert "aws_lambda_permission.this" in fault


def test_a_folder_that_only_calls_modules_has_to_render_them(tmp_path: Path) -> None:
    _folders(tmp_path, modules__a=ROLE, modules__b=NO_DOCUMENT, examples__one=CALL)
    _folders(tmp_path, examples__two=CALL.replace("/a", "/b"))
    own = _document("terraform/modules/a", "aws_iam_role_policy.this", "One")
    assert list(completeness.faults([own], tmp_path)) == [
        "terraform/examples/one: no run block renders what its modules have: "
        "add one in terraform/examples/one/tests"
    ]
    used = _document("terraform/examples/one", "module.a.aws_iam_role_policy.this", "One")
    assert list(completeness.faults([own, used], tmp_path)) == []


def test_the_folders_of_this_repository_are_found() -> None:
    found = {folder.relative_to(ROOT).as_posix() for folder in completeness.folders()}
    assert {"terraform/bootstrap", "terraform/modules/stack", "terraform/environments/prod"} <= found
    assert {"terraform/examples/smallest", "tests/integration/faulty", "scripts/benchmark/latency"} <= found
    assert "aws_sfn_state_machine.this" in completeness.with_documents(
        ROOT / "terraform/modules/state-machine"
    )
