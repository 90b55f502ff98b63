"""Lines as last drawn, with both ends if they are long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.log_lines import LineSplitter, last_state, lines_of
from activity_dispatch.domain.texts import clean, cut

# Pieces that terminals and programs use, and that have broken lines before.
TEXTS = st.lists(
    st.sampled_from(
        ["\r", "\n", "\r\n", " ", "a", "100 %", "\x1b[2K", "\x0b\x0c\x1c\u2028\x85", "x" * 700, "é"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\r\ntwo\n", ["one", "two"]),
        ("1 %\r2 %\r3 %", ["3 %"]),
        ("1 %\r2 %\r\n", ["2 %"]),
        ("\r1 %\r2 %\r   \r\nend", ["2 %", "end"]),
        ("1 %\r\x1b[2K\r\x1b[0m\n", ["1 %"]),
        ("\x1b[31mred\x1b[0m", ["\x1b[31mred\x1b[0m"]),
        ("a\x0bb\x0cc\x1cd\u2028e\x85f", ["a\x0bb\x0cc\x1cd\u2028e\x85f"]),
        (" \r \n\n\t\n", []),
        ("Traceback:\n  File\rKeyError", ["Traceback:", "KeyError"]),
    ],
)
def test_a_line_counts_as_last_drawn(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


@pytest.mark.parametrize("length", [999, 1_000, 1_001, 1_030, 2_000, 10_000_000])
def test_a_cut_keeps_both_ends_and_says_how_much_is_missing(length: int) -> None:
    line = f"begin{'x' * (length - 8)}end"
    (kept,) = lines_of(line)
    assert len(kept) <= 1_000
    assert kept.startswith("begin")
    assert kept.endswith("end")
    if length > 1_000:
        head, _, rest = kept.partition(" [... ")
        missing, _, tail = rest.partition(" characters cut ...] ")
        assert len(head) + int(missing) + len(tail) == length
        assert len(head) > 450
        assert len(tail) > 450


@given(TEXTS, st.data())
def test_however_a_stream_is_split_its_lines_are_the_same(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    kept: list[str] = []
    splitter = LineSplitter(kept.append)
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        splitter.add(text[begin:end])
    splitter.close()
    assert kept == lines_of(text)


@given(st.text(st.characters(codec=None)), st.integers(0, 100))
def test_cut_and_cleaned_texts_are_short_and_sendable(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit
    assert text == cut(text, len(text))
    assert "\0" not in clean(text).encode().decode()
    assert len(clean(text)) == len(text)
    assert "\n" not in last_state(text) or "\n" in text


def test_an_endless_line_takes_little_memory() -> None:
    kept: list[str] = []
    splitter = LineSplitter(kept.append)
    for _ in range(1_000):
        splitter.add("x" * 60_000)
        splitter.add("\r" * 1_000)
    assert sum(len(text) for text in _texts_in(splitter)) < 10_000
    splitter.add("\rdone\r")
    splitter.close()
    assert kept == ["done"]


def _texts_in(thing: object) -> list[str]:
    if isinstance(thing, str):
        return [thing]
    return [text for value in getattr(thing, "__dict__", {}).values() for text in _texts_in(value)]
