"""HCL is read with its strings, lists and heredocs, and written back."""

import pytest

from operations import hcl
from operations.errors import OperationError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"a \\"b\\""', 'a "b"'),
        ('""', ""),
        ('<<-EOT\n    one\n      two "2"\n  EOT\n', 'one\n  two "2"\n'),
        ("<<EOT\n  one\nEOT\n", "  one\n"),
        ("bare", None),
        ("1", None),
        ("null", None),
        ('["a"]', None),
    ],
)
def test_only_strings_and_heredocs_have_a_content(value: str, text: str | None) -> None:
    assert hcl.string(hcl.parse(f"x = {value}", "x.tf")["x"]) == text


@pytest.mark.parametrize(
    "value",
    [
        '"a"',
        "true",
        "null",
        "2",
        "bare",
        "list(string)",
        '["a", 1]',
        "{}",
        "[]",
        '{ a = "b", "c d" = [{ e = 1 }] }',
    ],
)
def test_a_value_is_written_as_it_was_read(value: str) -> None:
    assert hcl.source(hcl.parse(f"x = {value}", "x.tf")["x"]) == value


def test_an_unnecessarily_quoted_key_loses_its_quotes() -> None:
    assert hcl.source(hcl.parse('x = { "a-b" = 1 }', "x.tf")["x"]) == "{ a-b = 1 }"


def test_invalid_hcl_names_file_and_place() -> None:
    with pytest.raises(OperationError, match=r"^x.tf is not valid HCL: line 2, column 4$") as error:
        hcl.parse("a = 1\nb b = 2\n", "x.tf")
    assert "b b = 2\n   ^" in error.value.detail
