"""A container's output as lines."""

from collections.abc import Iterable, Iterator


def batches_of_lines(chunks: Iterable[bytes]) -> Iterator[list[str]]:
    """Yield the complete lines of each chunk; the last line may lack its newline.

    Empty lines are dropped: CloudWatch Logs rejects them. Bytes that are not UTF-8 are replaced.
    """
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if texts := [_text(line) for line in lines if line.strip()]:
            yield texts
    if rest.strip():
        yield [_text(rest)]


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode(errors="replace")
