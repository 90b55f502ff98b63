"""The attempts of a task whose activity has a chain of backends: one after another, each with its own id."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from activity_dispatch.domain.texts import clean

# A chain has at most so many links.
MAX_LINKS = 5
# Bounds what attempts take of a cause, of which a message of AWS must not take all.
MAX_MESSAGE_CHARACTERS = 500
MAX_NAME_CHARACTERS = 256
# The attempt's number behind an id of 32 hex digits: none for the first.
_NUMBERED = re.compile(rf"([0-9a-f]{{32}})(?:-([2-{MAX_LINKS}]))?")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An attempt that ended without an outcome, and why; times are seconds since 1970."""

    backend: str
    error: str
    message: str
    started_at: float
    ended_at: float
    job_id: str | None = None


def attempt_id(text: str, number: int) -> str:
    """Return the id of a task's attempt, from the task's id; also of a link of a description's chain.

    Jobs are called after it: a look-up finds jobs of this attempt only.
    """
    return text if number == 1 else f"{text}-{number}"


def attempt_of(text: object) -> tuple[str, int] | None:
    """Return the id and the number in what `attempt_id` returned, None for anything else."""
    match = _NUMBERED.fullmatch(text) if isinstance(text, str) else None
    return None if match is None else (match[1], int(match[2] or 1))


def to_json(attempts: Iterable[Attempt]) -> str:
    """Return the attempts as JSON, with texts cut to their limits."""
    return json.dumps([asdict(_cut(each)) for each in attempts], separators=(",", ":"))


def from_json(text: str) -> tuple[Attempt, ...]:
    """Return the attempts in a text. Raises ValueError and TypeError."""
    found = json.loads(text)
    if not isinstance(found, list) or len(found) >= MAX_LINKS:
        raise ValueError("attempts: not a list of a chain's attempts")
    return tuple(_attempt(each) for each in found)


def _attempt(found: Mapping[str, Any]) -> Attempt:
    known = {field.name: found[field.name] for field in fields(Attempt)}
    texts = [known[name] for name in ("backend", "error", "message")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(known["job_id"], str | None):
        raise ValueError("attempts: backend, error, message and job_id must be texts")
    times = {name: float(known[name]) for name in ("started_at", "ended_at")}
    return _cut(Attempt(**{**known, **times}))


def _cut(attempt: Attempt) -> Attempt:
    return Attempt(
        backend=attempt.backend[:MAX_NAME_CHARACTERS],
        error=attempt.error[:MAX_NAME_CHARACTERS],
        message=clean(attempt.message)[:MAX_MESSAGE_CHARACTERS],
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        job_id=None if attempt.job_id is None else attempt.job_id[:MAX_NAME_CHARACTERS],
    )
