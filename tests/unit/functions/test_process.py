"""process: its statistics equal those of a plain computation, whatever the chunks."""

import hashlib
import json
from collections import Counter

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from process import job, statistics
from process.statistics import NotText, TooManyWords, statistics_of

TEXT = "the cat\tsat on\nthe  mat\r\n\x85the\u00a0end é"


def chunks_of(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def plain(text: str) -> tuple[int, int, int, str]:
    shown = text.removeprefix("\ufeff")
    words = shown.split()
    lines = shown.count("\n") + (shown != "" and not shown.endswith("\n"))
    return lines, len(words), len(set(words)), hashlib.sha256(text.encode()).hexdigest()


@given(
    st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8")) | st.just(TEXT),
    st.integers(1, 9),
)
def test_the_counts_do_not_depend_on_the_chunks(text: str, size: int) -> None:
    found = statistics_of(chunks_of(text.encode(), size))
    assert (found.lines, found.words, found.distinct_words, found.sha256) == plain(text)
    assert found.bytes == len(text.encode())
    assert dict(found.commonest).items() <= Counter(text.removeprefix("\ufeff").split()).items()


@pytest.mark.parametrize("size", [1, 2, 100])
def test_an_initial_byte_order_mark_belongs_to_no_word(size: int) -> None:
    text = "\ufeffone one \ufeffone"
    found = statistics_of(chunks_of(text.encode(), size))
    assert dict(found.commonest) == {"one": 2, "\ufeffone": 1}
    assert found.bytes == len(text.encode())
    assert found.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert statistics_of(["\ufeff".encode()]).lines == 0


def test_the_twenty_commonest_words_ties_in_alphabetical_order() -> None:
    text = " ".join(f"w{number:02} " * (3 if number == 7 else 1) for number in range(30, 0, -1))
    commonest = statistics_of([text.encode()]).commonest
    assert commonest[0] == ("w07", 3)
    assert [word for word, _ in commonest[1:4]] == ["w01", "w02", "w03"]
    assert len(commonest) == 20


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"abc\xff", "byte 0xff at 3"),
        ("né".encode() + b"\xc3(", "byte 0xc3 at 3"),
        (b"cut \xe2\x82", "byte 0xe2 at 4"),
    ],
)
def test_an_invalid_byte_is_named_with_its_position(data: bytes, problem: str, size: int) -> None:
    with pytest.raises(NotText, match=problem):
        statistics_of(chunks_of(data, size))


def test_a_nul_is_binary() -> None:
    with pytest.raises(NotText, match="binary"):
        statistics_of([b"a\0b"])


def test_an_endless_run_without_white_space_does_not_fill_memory() -> None:
    taken = 0

    def endless():
        nonlocal taken
        while taken < 100:
            taken += 1
            yield b"x" * 1_000_000

    with pytest.raises(NotText, match="without white space"):
        statistics_of(endless())
    assert taken == 2


@pytest.mark.parametrize(
    ("limit", "allowed", "problem"),
    [
        ("MAX_DISTINCT_WORDS", 3, "over 3 distinct words"),
        ("MAX_DISTINCT_CHARACTERS", 4, "over 4 characters in 4 distinct words"),
    ],
)
def test_more_distinct_words_than_memory_holds_are_refused(limit, allowed, problem, monkeypatch) -> None:
    monkeypatch.setattr(statistics, limit, allowed)
    assert statistics_of([b"a b ", b"a b cc " * 1_000]).distinct_words == 3
    with pytest.raises(TooManyWords, match=problem):
        statistics_of([b"a b a b ", b"cc d", b" d d"])


@pytest.fixture
def job_input(s3) -> dict:
    etag = s3.put_object(Bucket="texts", Key="a.txt", Body=TEXT.encode())["ETag"]
    return {
        "source": {"bucket": "texts", "key": "a.txt", "etag": etag, "bytes": len(TEXT.encode())},
        "result": {"bucket": "texts", "key": "a.txt.statistics.json"},
    }


def test_the_full_result_is_stored_beside_the_text_and_the_summary_returned(s3, job_input) -> None:
    summary = job.run(job_input, s3)
    stored = json.loads(s3.get_object(Bucket="texts", Key="a.txt.statistics.json")["Body"].read())
    assert (summary["lines"], summary["words"], summary["distinct_words"], summary["sha256"]) == plain(TEXT)
    assert summary["source"] == "s3://texts/a.txt"
    assert summary["result"] == "s3://texts/a.txt.statistics.json"
    assert summary["commonest"] == stored["commonest"][:3]
    assert stored["commonest"][0] == {"word": "the", "count": 3}
    assert len(stored["commonest"]) == 7


def test_a_text_that_changed_since_prepare_is_refused(s3, job_input) -> None:
    s3.put_object(Bucket="texts", Key="a.txt", Body=b"another text")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        job.run(job_input, s3)
