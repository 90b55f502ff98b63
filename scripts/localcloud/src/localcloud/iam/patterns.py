"""Wildcards in policies: `*` for any text, `?` for one character."""

import re
from functools import lru_cache

_ARN_SEPARATORS = 5


def fits(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether the text matches the pattern."""
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


def fits_arn(pattern: str, arn: str) -> bool:
    """Return whether the ARN matches the pattern, comparing its six parts one by one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == "*":
        return True
    patterns, parts = (text.split(":", _ARN_SEPARATORS) for text in (pattern, arn))
    return len(patterns) == len(parts) and all(map(fits, patterns, parts))


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": "."}
    text = "".join(wildcards.get(character) or re.escape(character) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else re.NOFLAG))
