"""The tags of a task's job, by which its cost can be told apart.

Sources: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html,
https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html,
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
"""

import re
from dataclasses import dataclass

MAX_KEY_CHARACTERS, MAX_VALUE_CHARACTERS = 128, 256
SIGNS = " +-=._:/@"
_AWS = "aws:"
# Ours: Terraform gives jobs the stack's name under it, the dispatcher the rest under keys that begin so.
RESERVED = "activity-dispatch"
ACTIVITY = f"{RESERVED}:activity"
# What a task's envelope says, by its name in `job_tags`.
FACTS = {name: f"{RESERVED}:{name.replace('_', '-')}" for name in ("state_machine", "execution", "state")}


@dataclass(frozen=True, kw_only=True)
class JobTags:
    """The keys that `job.tags` of an input may have, and the facts of the envelope that become tags."""

    allowed: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


def problem_of_key(key: str) -> str | None:
    """Return why AWS refuses this key, None if it does not."""
    if not key:
        return "a key has at least 1 character"
    if key.lower().startswith(_AWS):
        return f"keys beginning with {_AWS} are AWS's own"
    return _problem_of(key, MAX_KEY_CHARACTERS)


def problem_of_value(value: str) -> str | None:
    """Return why AWS refuses this value, None if it does not."""
    return _problem_of(value, MAX_VALUE_CHARACTERS)


def fitting(text: str) -> str:
    """Return a value that AWS takes, for a name that may have signs that no tag has: _ replaces them."""
    return re.sub(r".", lambda sign: sign[0] if _fits(sign[0]) else "_", text, flags=re.DOTALL)[
        :MAX_VALUE_CHARACTERS
    ]


def _problem_of(text: str, most: int) -> str | None:
    if len(text) > most:
        return f"{len(text)} characters; allowed are up to {most}"
    wrong = next((sign for sign in text if not _fits(sign)), None)
    signs = SIGNS.strip()
    return None if wrong is None else f"it has {wrong!r}; allowed are letters, digits, spaces and {signs}"


def _fits(sign: str) -> bool:
    return sign.isalnum() or sign in SIGNS
