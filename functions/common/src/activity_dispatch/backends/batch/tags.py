"""The tags of a job: a definition's do not reach its jobs.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html,
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from collections.abc import Mapping
from typing import Any

from activity_dispatch.backends import config as configured
from activity_dispatch.backends.base import InvalidBackendConfig

# A job that would have more, with those of its definition, fails.
MAX_TAGS = 50
MAX_KEY_CHARACTERS, MAX_VALUE_CHARACTERS = 128, 256
_SIGNS = " +-=._:/@"
_AWS = "aws:"


def tags_of(config: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the tags that a description gives to each job. Raises InvalidBackendConfig."""
    tags = configured.texts(config, "tags")
    if len(tags) > MAX_TAGS:
        raise InvalidBackendConfig(f"tags: {len(tags)}; Batch allows up to {MAX_TAGS}")
    for key, value in tags.items():
        if problem := _problem_of_key(key) or _problem_of(value, MAX_VALUE_CHARACTERS):
            raise InvalidBackendConfig(f"tags: {key!r:.200} = {value!r:.300}; {problem}")
    return tags


def _problem_of_key(key: str) -> str | None:
    if not key:
        return "a key has at least 1 character"
    if key.lower().startswith(_AWS):
        return f"keys beginning with {_AWS} are AWS's own"
    return _problem_of(key, MAX_KEY_CHARACTERS)


def _problem_of(text: str, most: int) -> str | None:
    if len(text) > most:
        return f"{len(text)} characters; allowed are up to {most}"
    wrong = next((sign for sign in text if not (sign.isalnum() or sign in _SIGNS)), None)
    return (
        None
        if wrong is None
        else f"it has {wrong!r}; allowed are letters, digits, spaces and {_SIGNS.strip()}"
    )
