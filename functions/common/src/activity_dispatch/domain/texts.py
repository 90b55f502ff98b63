"""Texts that others wrote, made fit to be sent: clean, and no longer than allowed."""

_NOT_SENDABLE = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_MARK = " [... {} characters cut ...] "


def clean(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate, which can't be encoded, and each NUL."""
    return text if text.isascii() and "\0" not in text else text.translate(_NOT_SENDABLE)


def utf16_length(text: str) -> int:
    """Return the length as Java counts it: AWS does not define a character. An emoji has two units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters: both ends of a longer text, and how much was cut between them."""
    return joined_ends(text[:limit], text[-limit:], len(text), limit)


def joined_ends(head: str, tail: str, length: int, limit: int) -> str:
    """Cut a text of which only its first and its last `limit` characters are known."""
    if length <= limit:
        return head
    room = max(0, limit - len(_MARK.format(length)))
    first, last = room - room // 2, room // 2
    mark = _MARK.format(length - first - last)
    return (head[:first] + mark + tail[len(tail) - last :])[: max(0, limit)]
