"""Files that a program writes are read up to a limit."""

import pytest

from activity_dispatch.worker.container.files import last_line, read_limited


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (None, None),
        (b"", None),
        (b"\n \n", None),
        (b"1\n2\n", "2"),
        (b"1\n2\n\n", "2"),
        (b"1\n2 of", "2 of"),
        (b"x" * 10_000, "x" * 1024),
        ("é".encode() * 1000, "é" * 512),
        (b"a" + "é".encode() * 1000, "a" + "é" * 511),
        (b"\xff", "�"),
    ],
)
def test_the_last_line_is_read_without_the_rest(tmp_path, data, line) -> None:
    if data is not None:
        (tmp_path / "f").write_bytes(data)
    assert last_line(tmp_path / "f") == line


def test_a_file_is_read_up_to_a_limit(tmp_path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    assert read_limited(tmp_path / "f", 3) == b"1234"
    assert read_limited(tmp_path, 3) is None
    assert read_limited(tmp_path / "none", 3) is None
