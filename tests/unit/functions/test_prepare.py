"""prepare: what it returns for valid input, and how it refuses invalid input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prepare.source import InvalidInput, parse_s3_uri, prepare

SOURCE = "s3://texts/folder/a b.txt"


def put(s3, body: bytes) -> None:
    s3.put_object(Bucket="texts", Key="folder/a b.txt", Body=body)


def test_it_creates_the_jobs_input(s3) -> None:
    put(s3, b"some text\n")
    etag = s3.head_object(Bucket="texts", Key="folder/a b.txt")["ETag"]
    assert prepare({"source": SOURCE}, s3) == {
        "source": {"bucket": "texts", "key": "folder/a b.txt", "etag": etag, "bytes": 10},
        "result": {"bucket": "texts", "key": "folder/a b.txt.statistics.json"},
    }


def test_the_longest_key_gives_the_result_the_longest_key_s3_allows(s3) -> None:
    key = "é" * 504
    s3.put_object(Bucket="texts", Key=key, Body=b"text")
    result = prepare({"source": f"s3://texts/{key}"}, s3)["result"]["key"]
    assert len(result.encode()) == 1_024


def test_a_job_object_is_passed_on(s3) -> None:
    put(s3, b"text")
    assert prepare({"source": SOURCE, "job": {"command": ["a"]}}, s3)["job"] == {"command": ["a"]}


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ("text", r"input: 'text'; it must be an object"),
        ([1], r"input: \[1\]; it must be an object"),
        (None, r"input: None; it must be an object"),
        ({}, r"source: missing; it must be the S3 URI"),
        ({"source": 3}, r"source: 3; it must be an S3 URI, s3://bucket/key"),
        ({"source": None}, r"source: None; it must be an S3 URI"),
        ({"source": "https://texts/a"}, r"source: 'https://texts/a'; it must be an S3 URI"),
        ({"source": "s3://texts"}, r"it must be an S3 URI"),
        ({"source": "s3://texts/"}, r"it must be an S3 URI"),
        ({"source": "s3://UPPER/a"}, r"it must be an S3 URI"),
        (
            {"source": "s3://texts/" + "k" * 1009},
            r"source: the key has 1009 bytes; at most 1008 are allowed, .* adds \.statistics\.json",
        ),
        ({"source": "s3://texts/a\ud800"}, r"source: 'a\\ud800' has U\+D800, a lone surrogate, in its key"),
        ({"source": "s3://texts/a\0"}, r"source: 'a\\x00' has the control character U\+0000 in its key"),
        ({"source": "s3://texts/a\n"}, r"source: 'a\\n' has the control character U\+000A in its key"),
        ({"source": "x" * 300_000}, r"source: 'x{199}\.\.\. \(300002 characters\); it must be"),
        ({"source": SOURCE, "sorce": 1}, r"'sorce': unknown field; allowed are source and job"),
        ({"source": "s3://texts--x-s3/a"}, r"s3://texts--x-s3/a: Unrecognized S3Express bucket name"),
        ({"source": "s3://no-such-bucket/a"}, r"there is no bucket no-such-bucket"),
        ({"source": "s3://texts/no-such-key"}, r"there is no object no-such-key in bucket texts"),
    ],
)
def test_invalid_input_is_refused_with_its_problem(s3, event, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        prepare(event, s3)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "is empty"),
        (b"text\0more", "is binary: NUL at 4"),
        (b"text \xff", "is not UTF-8 text: byte 0xff at 5"),
        (b"cut \xc3", "is not UTF-8 text: byte 0xc3 at 4"),
    ],
)
def test_an_object_that_is_not_text_is_refused(s3, body: bytes, problem: str) -> None:
    put(s3, body)
    with pytest.raises(InvalidInput, match=problem):
        prepare({"source": SOURCE}, s3)


def test_a_character_cut_by_the_end_of_the_sample_is_accepted(s3) -> None:
    put(s3, b"x" * 8_191 + "é".encode() + b"rest")
    assert prepare({"source": SOURCE}, s3)["source"]["bytes"] == 8_197


@given(st.text() | st.text(st.characters(codec=None)).map("s3://texts/".__add__))
def test_any_string_is_an_s3_uri_or_refused(text: str) -> None:
    try:
        parsed = parse_s3_uri(text)
    except InvalidInput:
        return
    assert str(parsed) == text
