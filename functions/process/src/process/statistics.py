"""Statistics of a text that is never whole in memory."""

import codecs
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COMMONEST = 20
# A longer run without white space is no word: the memory it would take is not bounded.
MAX_WORD_CHARACTERS = 1_048_576


class NotText(Exception):
    """The bytes are not UTF-8 text; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Counts of a text.

    `lines`: line feeds, and one more for a last line without one. `words`: what white space
    separates, as it is written. `commonest`: (word, count), the most frequent first, equal ones in
    alphabetical order. `sha256`: of the bytes, in hexadecimal.
    """

    lines: int
    words: int
    distinct_words: int
    bytes: int
    sha256: str
    commonest: tuple[tuple[str, int], ...]


def statistics_of(chunks: Iterable[bytes]) -> Statistics:
    """Return the statistics of a text that comes in chunks of any size; raise NotText."""
    digest = hashlib.sha256()
    counter: Counter[str] = Counter()
    size = line_feeds = 0
    unfinished, last = "", ""
    for chunk, text in _decoded(chunks):
        digest.update(chunk)
        size += len(chunk)
        line_feeds += text.count("\n")
        last = text[-1:] or last
        unfinished = _count_words(unfinished + text, counter)
        if len(unfinished) > MAX_WORD_CHARACTERS:
            raise NotText(f"over {MAX_WORD_CHARACTERS} characters without white space before {size}")
    counter.update(unfinished.split())
    return Statistics(
        lines=line_feeds + (last not in ("", "\n")),
        words=counter.total(),
        distinct_words=len(counter),
        bytes=size,
        sha256=digest.hexdigest(),
        commonest=tuple(_commonest(counter)),
    )


def _decoded(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    for chunk in chunks:
        # A character may be cut by the chunk's end: the decoder keeps its first bytes.
        kept = len(decoder.getstate()[0])
        yield chunk, _decode(decoder, chunk, offset - kept, final=False)
        offset += len(chunk)
    yield b"", _decode(decoder, b"", offset - len(decoder.getstate()[0]), final=True)


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int, *, final: bool) -> str:
    try:
        text = decoder.decode(chunk, final=final)
    except UnicodeDecodeError as error:
        byte, position = error.object[error.start], offset + error.start
        raise NotText(f"not UTF-8 text: byte {byte:#04x} at {position}") from error
    if "\0" in text:
        raise NotText(f"binary, not text: NUL within {len(chunk)} bytes after {offset}")
    return text


def _count_words(text: str, counter: Counter[str]) -> str:
    """Count the words and return the last one, if white space has not ended it yet."""
    words = text.split()
    if not words or text[-1].isspace():
        counter.update(words)
        return ""
    counter.update(words[:-1])
    return words[-1]


def _commonest(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:COMMONEST]
