"""The output of a container that knows nothing of tasks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.lifecycle.captured import captured_result
from activity_dispatch.lifecycle.job_logs import JobLog

LONG = json.dumps({"words": ["é" * 90] * 1_000}, ensure_ascii=False)


def result(*messages: str) -> object:
    return json.loads(captured_result('{"exit_code": 0}', JobLog(messages=messages)))


@pytest.mark.parametrize(
    ("lines", "output"),
    [
        (("log", '{"answer": 42}'), {"answer": 42}),
        (("[1, 2]",), [1, 2]),
        (("log", '{"answer": 42}\r'), {"answer": 42}),
        (('{"answer": 42}', "", " \r"), {"answer": 42}),
        (('50 %\r100 %\r{"answer": 42}',), {"answer": 42}),
        (('a multi-line event\n{"answer": 42}\n',), {"answer": 42}),
        (('{"answer":\n 42}\n',), {"answer": 42}),
        ((f'{{"answer": "{"x" * 5_000}"}}',), {"answer": "x" * 5_000}),
        (("log", "42"), {"exit_code": 0, "log_tail": ["log", "42"]}),
        (("log", "{cut"), {"exit_code": 0, "log_tail": ["log", "{cut"]}),
        (("[NaN]",), {"exit_code": 0, "log_tail": ["[NaN]"]}),
        (('{"a": 1}', "end"), {"exit_code": 0, "log_tail": ['{"a": 1}', "end"]}),
        ((), {"exit_code": 0, "log_tail": []}),
    ],
)
def test_a_plain_containers_output_is_its_last_log_line_or_its_log_tail(lines, output) -> None:
    assert result(*lines) == output


def test_a_log_tail_has_lines_cut_at_their_middle() -> None:
    (line,) = result("[" * 100_000)["log_tail"]  # type: ignore[index]
    assert len(line) <= 1_000


@pytest.mark.parametrize("size", [16_384, 262_118])
@pytest.mark.parametrize("text", [LONG, json.dumps(list(range(70_000)))])
def test_a_line_that_the_log_driver_split_is_joined(size: int, text: str) -> None:
    assert result("log", "more log", *split(text, size)) == json.loads(text)


def test_lines_that_are_not_full_are_not_joined() -> None:
    assert result('{"a":', "1}") == {"exit_code": 0, "log_tail": ['{"a":', "1}"]}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_log_gives_json(lines: list[str]) -> None:
    assert isinstance(result(*lines), dict | list)


def split(text: str, size: int) -> list[str]:
    """Split as the awslogs driver does: at so many bytes, but not within a character."""
    parts: list[str] = []
    data = text.encode()
    while data:
        part = data[:size].decode(errors="ignore")
        parts.append(part)
        data = data[len(part.encode()) :]
    return parts
