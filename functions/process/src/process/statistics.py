"""Statistics of a text, computed without holding all of it in memory."""

import codecs
import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COMMONEST = 20
BYTE_ORDER_MARK = "\ufeff"
# A longer run without white space is not a word, and would take unbounded memory.
MAX_WORD_CHARACTERS = 1_048_576
# Every distinct word stays in memory until the end. At both limits, with the widest characters, they
# take 400 MB, which leaves room in the function's 1,024 MB.
MAX_DISTINCT_WORDS = 2_000_000
MAX_DISTINCT_CHARACTERS = 32_000_000


class NotText(Exception):
    """The bytes are not UTF-8 text; the message says where."""


class TooManyWords(Exception):
    """The text has more distinct words than can be counted in memory; the message names the limit."""


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Counts of a text.

    `lines`: line feeds, plus one if the last line has none. `words`: separated by white space, otherwise
    unchanged. An initial byte order mark belongs to no word and no line, but counts in `bytes` and
    `sha256`. `commonest`: (word, count), most frequent first, ties in alphabetical order. `sha256`: of
    the bytes, in hexadecimal.
    """

    lines: int
    words: int
    distinct_words: int
    bytes: int
    sha256: str
    commonest: tuple[tuple[str, int], ...]


def statistics_of(chunks: Iterable[bytes]) -> Statistics:
    """Return the statistics of a text that comes in chunks of any size.

    Raises NotText; raises TooManyWords above MAX_DISTINCT_WORDS, or above MAX_DISTINCT_CHARACTERS in
    all distinct words together.
    """
    digest = hashlib.sha256()
    words = _Words()
    size = line_feeds = 0
    unfinished, last = "", ""
    for chunk, text in _decoded(chunks):
        digest.update(chunk)
        size += len(chunk)
        line_feeds += text.count("\n")
        last = text[-1:] or last
        complete, unfinished = _split(unfinished + text)
        words.add(complete)
        if len(unfinished) > MAX_WORD_CHARACTERS:
            raise NotText(f"over {MAX_WORD_CHARACTERS} characters without white space before byte {size}")
    words.add(unfinished.split())
    return Statistics(
        lines=line_feeds + (last not in ("", "\n")),
        words=words.counter.total(),
        distinct_words=len(words.counter),
        bytes=size,
        sha256=digest.hexdigest(),
        commonest=tuple(_commonest(words.counter)),
    )


class _Words:
    """Counts words, up to the limits."""

    def __init__(self) -> None:
        self.counter: Counter[str] = Counter()
        self._characters = 0

    def add(self, words: list[str]) -> None:
        self._characters += sum(map(len, set(words).difference(self.counter)))
        self.counter.update(words)
        if len(self.counter) > MAX_DISTINCT_WORDS:
            raise TooManyWords(f"over {MAX_DISTINCT_WORDS} distinct words; no more can be counted in memory")
        if self._characters > MAX_DISTINCT_CHARACTERS:
            raise TooManyWords(
                f"over {MAX_DISTINCT_CHARACTERS} characters in {len(self.counter)} distinct words;"
                " no more can be counted in memory"
            )


def _decoded(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    begun = False
    for chunk in chunks:
        # The end of a chunk may cut a character: the decoder keeps its first bytes.
        kept = len(decoder.getstate()[0])
        text = _decode(decoder, chunk, offset - kept, final=False)
        yield chunk, text if begun else text.removeprefix(BYTE_ORDER_MARK)
        begun = begun or bool(text)
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


def _split(text: str) -> tuple[list[str], str]:
    """Return the complete words and, separately, the last one if no white space has ended it yet."""
    words = text.split()
    if not words or text[-1].isspace():
        return words, ""
    return words[:-1], words[-1]


def _commonest(counter: Counter[str]) -> list[tuple[str, int]]:
    # Not sorted(): it builds a list as large as the counter.
    return heapq.nsmallest(COMMONEST, counter.items(), key=lambda item: (-item[1], item[0]))
