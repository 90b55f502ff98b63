"""The one provider of the tests with mocks shows the part of its schema that is used, and nothing less."""

from pathlib import Path

import pytest
from tests.judges.provider import cut, used_types


def field(number: int, content: bytes) -> bytes:
    """One length-delimited field of a protobuf message."""
    size, length = len(content), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def entry(key: str, schema: bytes) -> bytes:
    return field(1, key.encode()) + field(2, schema)


def test_other_types_are_cut_and_everything_else_stays() -> None:
    provider, function = field(1, b"provider's own"), field(7, entry("arn_parse", b"f"))
    queue, table = (field(2, entry(key, b"x" * 300)) for key in ("aws_sqs_queue", "aws_dynamodb_table"))
    region = field(3, entry("aws_region", b"data"))
    answer = provider + queue + table + region + function
    assert cut(answer, frozenset({"aws_sqs_queue"})) == provider + queue + function
    assert cut(answer, frozenset({"aws_sqs_queue", "aws_dynamodb_table", "aws_region"})) == answer


def test_another_protocol_is_noticed() -> None:
    with pytest.raises(ValueError, match="field 1 is no message: the plugin protocol has changed"):
        cut(bytes([1 << 3, 5]), frozenset())


def test_types_are_found_where_terraform_names_them(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_a_b" "x" {}\n  data "aws_c" "y" {}\nlocals { z = aws_d.x.id }\n# aws_e\n'
    )
    (tmp_path / "a.tftest.hcl").write_text('mock_provider "aws" {\n  mock_resource "aws_f" {}\n}\n')
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform/other.tf").write_text('resource "aws_g" "x" {}\n')
    assert used_types([tmp_path]) == {"aws_a_b", "aws_c", "aws_d", "aws_f"}
