"""What is kept of Terraform's output, and what is printed."""

import io
import json
from pathlib import Path
from typing import Any

from tests.judges import documents, rendering

POLICY = {"Version": "2012-10-17", "Statement": [{"Sid": "A"}]}
MACHINE = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


def _line(**message: Any) -> bytes:
    run = {"@level": "info", "@message": "said", "@testfile": "tests/a.tftest.hcl", "@testrun": "one"}
    return json.dumps({**run, **message}, separators=(",", ":")).encode() + b"\n"


def _change(
    address: str, after: dict[str, Any] | None, unknown: dict[str, bool] | None = None
) -> dict[str, Any]:
    change = {"after": after, "after_unknown": unknown or {}}
    return {"address": address, "mode": "managed", "change": change}


def _plan(*changes: dict[str, Any], **outputs: Any) -> bytes:
    made = {name: {"after": value} for name, value in outputs.items()}
    plan = {"resource_changes": list(changes), "output_changes": made, "provider_schemas": {"a": '"'}}
    return _line(test_plan=plan, type="test_plan")


def _run(tmp_path: Path, *lines: bytes) -> tuple[list[documents.Document], str]:
    out = io.StringIO()
    rendering.main("terraform/modules/a", tmp_path / "a.json", lines, out)
    return documents.load(tmp_path), out.getvalue()


def test_documents_are_found_in_resources_and_outputs_by_their_form(tmp_path: Path) -> None:
    changes = [
        _change('module.f["a.b"].aws_iam_role_policy.this[0]', {"policy": json.dumps(POLICY)}),
        _change("aws_new_service.this", {"settings": [{"text": json.dumps(MACHINE)}], "name": "{"}),
        _change("aws_iam_role.gone", None),
    ]
    found, _ = _run(
        tmp_path, _plan(*changes, backend={"policy_json": json.dumps(POLICY)}, state={"Type": "Wait"})
    )
    kinds = {
        (document.kind, place.address, place.attribute) for document in found for place in document.places
    }
    assert kinds == {
        ("policy", 'module.f["a.b"].aws_iam_role_policy.this[0]', "policy"),
        ("definition", "aws_new_service.this", "settings[0].text"),
        ("policy", "output.backend", "value.policy_json"),
        ("state", "output.state", "value"),
    }
    of_policy = next(document for document in found if document.kind == "policy")
    assert [place.module for place in of_policy.places] == ['module.f["a.b"]', ""]
    assert [place.resource for place in of_policy.places] == ["aws_iam_role_policy.this", "output.backend"]


def test_applied_values_count_too(tmp_path: Path) -> None:
    resource = {
        "address": "aws_iam_role_policy.a",
        "mode": "managed",
        "values": {"policy": json.dumps(POLICY)},
    }
    child = {"resources": [{**resource, "address": "module.b.aws_iam_role_policy.a"}]}
    state = {
        "root_module": {"resources": [resource], "child_modules": [child]},
        "outputs": {"o": {"value": MACHINE}},
    }
    found, _ = _run(tmp_path, _line(test_state=state, type="test_state"))
    assert sorted(document.kind for document in found) == ["definition", "policy"]
    assert len(next(document for document in found if document.kind == "policy").places) == 2


def test_what_a_run_block_expects_to_be_refused_is_left_out(tmp_path: Path) -> None:
    change = _change("aws_iam_role_policy.a", {"policy": json.dumps(POLICY)}, {"name": True})
    refused = _plan(change).replace(b'"@testrun":"one"', b'"@testrun":"rejects_one"')
    assert _run(tmp_path, refused) == ([], "")
    assert documents.unrendered(tmp_path) == []
    assert len(_run(tmp_path, refused, _plan(change))[0]) == 1


def test_a_person_reads_ends_sums_and_diagnostics(tmp_path: Path) -> None:
    diagnostic = {
        "severity": "error",
        "summary": "Test assertion failed",
        "detail": "it must be so",
        "range": {"filename": "tests/a.tftest.hcl", "start": {"line": 3}},
        "snippet": {"code": "    condition = a == 1", "values": [{"traversal": "a", "statement": "is 2"}]},
    }
    _, text = _run(
        tmp_path,
        b"Terraform crashed\n",
        _line(test_run={"progress": "starting"}, type="test_run"),
        _line(test_run={"progress": "complete"}, type="test_run", **{"@message": "one... fail"}),
        _line(diagnostic=diagnostic, type="diagnostic"),
        _line(test_summary={}, type="test_summary", **{"@message": "Failure! 0 passed, 1 failed."}),
    )
    assert text.splitlines() == [
        "Terraform crashed",
        "one... fail",
        "Error: Test assertion failed",
        "  on tests/a.tftest.hcl line 3:",
        "        condition = a == 1",
        "    a is 2",
        "  it must be so",
        "Failure! 0 passed, 1 failed.",
    ]


def test_a_document_that_a_plan_does_not_know_is_told(tmp_path: Path) -> None:
    known = _change("aws_iam_role_policy.a", {"policy": json.dumps(POLICY)}, {"id": True})
    unknown = _change("aws_iam_role_policy.b", {"name": "b"}, {"policy": True, "id": True})
    bucket = _change("aws_s3_bucket.c", {"bucket": "c"}, {"policy": True})
    _run(tmp_path, _plan(known, unknown, bucket))
    assert [place.address for place in documents.unrendered(tmp_path)] == ["aws_iam_role_policy.b"]
