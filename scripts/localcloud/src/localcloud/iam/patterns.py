"""Wildcards of policies: `*` for any text, `?` for one character."""

import re
from functools import lru_cache

_ARN_SEPARATORS = 5


def fits(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether the text is one that the pattern means."""
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


def fits_arn(pattern: str, arn: str) -> bool:
    """Whether the ARN is one that the pattern means, each of its six parts by itself.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == "*":
        return True
    patterns, parts = (text.split(":", _ARN_SEPARATORS) for text in (pattern, arn))
    return len(patterns) == len(parts) and all(map(fits, patterns, parts))


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    words = {"*": ".*", "?": "."}
    text = "".join(words.get(character) or re.escape(character) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG))
